import { defineDevice } from '../src/decode/profile.ts'

/** Gateways of a MySensors network, at a serial port or publishing to a broker under `<name>-out`. */
export const mysensors = defineDevice({
  id: 'mysensors',
  name: 'MySensors gateway',
  about: 'https://www.mysensors.org/download/serial_api_20',
  serial: { framing: { kind: 'lines', maxBytes: 256 }, baud: 115_200, many: true },
  messages: [
    { protocol: 'mysensors' },
    {
      topic: '{gateway}-out/{node:number}/{child:number}/{command:number}/{ack:number}/{type:number}',
      protocol: 'mysensors',
    },
    {
      topic: '{gateway}-in/{node:number}/{child:number}/{command:number}/{ack:number}/{type:number}',
      ignore: 'command_topic',
    },
  ],
  examples: [
    {
      payload: '7;1;1;0;0;-3.5',
      readings: [{ device: 'mysensors:7', metric: 'temperature', channel: '1', value: -3.5, unit: 'Cel' }],
    },
    {
      after: [{ payload: '7;2;0;0;35;Bed by the wall' }, { payload: '7;2;1;0;43;%' }],
      payload: '7;2;1;0;37;41',
      readings: [{ metric: 'soil_moisture', channel: '2', value: 41, unit: '/100' }],
    },
    { payload: '7;255;3;0;0;88', readings: [{ metric: 'battery', value: 88, unit: '%EL' }] },
    {
      topic: 'mygateway1-out/9/3/1/0/18',
      payload: '1204.75',
      readings: [{ device: 'mysensors:9', metric: 'energy', channel: '3', value: 1204.75, unit: 'kWh' }],
    },
    {
      payload: '7;5;1;0;49;52.5163;13.3777;34',
      readings: [
        { metric: 'latitude', channel: '5', value: 52.5163, unit: 'lat' },
        { metric: 'longitude', channel: '5', value: 13.3777, unit: 'lon' },
        { metric: 'altitude', channel: '5', value: 34, unit: 'm' },
      ],
    },
    { payload: '0;255;3;0;9;TSF:MSG:READ,7-7-0', rejected: ['ignored_frame'] },
    { payload: '7;1;1;0;1;131', rejected: ['out_of_range'] },
    { payload: '7;1;1;0', rejected: ['text_syntax'] },
    { topic: 'mygateway1-in/9/4/1/0/2', payload: '1', rejected: ['command_topic'] },
  ],
})
