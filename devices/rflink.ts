import { defineDevice } from '../src/decode/profile.ts'

export const rflink = defineDevice({
  id: 'rflink',
  name: 'RFLink 433 MHz gateway',
  about: 'https://www.rflink.nl/protref.php',
  serial: { framing: { kind: 'lines', maxBytes: 512 }, baud: 57_600, many: true },
  messages: [{ protocol: 'rflink' }],
  examples: [
    {
      payload: '20;0A;Oregon TempHygro;ID=0ACC;TEMP=80a5;HUM=71;BAT=LOW;',
      readings: [
        { metric: 'temperature', value: -16.5, unit: 'Cel' },
        { metric: 'humidity', value: 71, unit: '%RH' },
        { metric: 'battery_ok', value: false, unit: null },
      ],
    },
    {
      payload: '20;1C;DKW2012;ID=0009;TEMP=00d2;WINSP=0048;WINGS=006c;WINDIR=0012;RAIN=01f4;',
      readings: [
        { metric: 'temperature', value: 21, unit: 'Cel' },
        { metric: 'wind_speed', value: 2, unit: 'm/s' },
        { metric: 'wind_gust', value: 3, unit: 'm/s' },
        { metric: 'wind_direction', value: 270, unit: 'deg' },
        { metric: 'precipitation', value: 50, unit: 'mm' },
      ],
    },
    {
      payload: '20;2B;Oregon Rain2;ID=2A19;RAIN=002a;RAINTOT=0154;BAT=OK;',
      readings: [
        { metric: 'precipitation', value: 4.2, unit: 'mm' },
        { metric: 'precipitation', channel: 'total', value: 34, unit: 'mm' },
        { metric: 'battery_ok', value: true },
      ],
    },
    { payload: '20;2C;SelectPlus;ID=1bb4;CHIME=01;', rejected: ['nothing_measured'] },
    {
      payload: '20;3D;NewKaku;ID=00ab12;SWITCH=2;CMD=ON;',
      readings: [{ metric: 'state', channel: '2', value: true, unit: null }],
    },
    { payload: '20;0B;Oregon TempHygro;ID=0ACC;TEMP=zz;HUM=171;', rejected: ['type_mismatch', 'out_of_range'] },
    { payload: '20;00;Nodo RadioFrequencyLink - RFLink Gateway V1.1 - R48;', rejected: ['ignored_frame'] },
    { payload: 'ID=0ACC;TEMP=0012;', rejected: ['text_syntax'] },
  ],
})
