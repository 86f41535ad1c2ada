import { defineDevice } from '../src/decode/profile.ts'

/** Whatever a sketch prints, line by line: JSON, CSV with a line of names, `name=value`, `Name: value unit`. */
export const lines = defineDevice({
  id: 'lines',
  name: 'Text lines',
  family: 'serial',
  serial: {
    framing: { kind: 'lines', maxBytes: 4096 },
    baud: 115_200,
    // Arduino and its clones, ESP32 with native USB, Raspberry Pi Pico.
    usb: [{ vendor: '2341' }, { vendor: '2a03' }, { vendor: '303a' }, { vendor: '2e8a' }],
  },
  messages: [{ protocol: 'lines' }],
  examples: [
    {
      payload: '{"temp":18.4,"rh":61,"soil":402}',
      readings: [
        { metric: 'temperature', value: 18.4, unit: 'Cel' },
        { metric: 'humidity', value: 61, unit: '%RH' },
        { metric: 'soil', value: 402, unit: null },
      ],
    },
    {
      after: [{ payload: 'temp_c;pressure_pa;lux' }],
      payload: '18.4;98120;310',
      readings: [
        { metric: 'temperature', value: 18.4, unit: 'Cel' },
        { metric: 'pressure', value: 981.2, unit: 'hPa' },
        { metric: 'illuminance', value: 310, unit: 'lx' },
      ],
    },
    {
      payload: 'CO2: 812 ppm, Temperature = 22.5 °C',
      readings: [
        { metric: 'co2', value: 812, unit: 'ppm' },
        { metric: 'temperature', value: 22.5, unit: 'Cel' },
      ],
    },
    {
      payload: 'T:19.5 H:52',
      readings: [
        { metric: 'temperature', value: 19.5 },
        { metric: 'humidity', value: 52 },
      ],
    },
    {
      payload: 'BMP280: Pressure = 98120 Pa, Temperature = 71.6 degrees F (22.0 *C)',
      readings: [
        { metric: 'pressure', channel: 'bmp280', value: 981.2, unit: 'hPa' },
        { metric: 'temperature', channel: 'bmp280', value: 22, unit: 'Cel' },
      ],
    },
    { payload: '19.5 °C', readings: [{ metric: 'temperature', value: 19.5, unit: 'Cel' }] },
    {
      after: [{ payload: '"time","temp","rh"' }],
      payload: '2026-06-01T11:58:00Z,18.4,nan',
      receivedAt: '2026-06-01T12:00:00Z',
      readings: [{ metric: 'temperature', value: 18.4, time: '2026-06-01T11:58:00.000Z' }],
      rejected: ['not_finite'],
    },
    { payload: 'DS18B20 temperature: 85.00 C', rejected: ['sentinel'] },
    { payload: 'temp=19,5', rejected: ['type_mismatch'] },
    { payload: '19,5', rejected: ['type_mismatch'] },
    { payload: 'CO2: 1 200 ppm', rejected: ['type_mismatch'] },
    { payload: 'Hello, world', rejected: ['text_syntax'] },
    { payload: '512', readings: [{ metric: 'value', value: 512, unit: null }] },
    { payload: '3,"rh":61}', rejected: ['json_syntax'] },
    { payload: 'temp=18.4xyz', rejected: ['type_mismatch'] },
    { payload: 'Sensor ready', rejected: ['text_syntax'] },
  ],
})
