import { defineDevice, type ProfileInput } from '../src/decode/profile.ts'

type Bytes = NonNullable<ProfileInput['messages'][number]['bytes']>

/** Tenths of a degree above -100 °C; the sensors measure from -40 to 60. */
const temperature: Omit<Bytes['fields'][string], 'at'> = {
  type: 'u16be',
  scale: 0.1,
  offset: -100,
  range: [-50, 80],
  when: { max: 65_534 },
}

/** `OK 9 <id> <kind> <temperature> <humidity>`. Bit 7 of the kind tells a new battery, that of the humidity a weak one. */
const sensor: Bytes = {
  encoding: 'decimal',
  after: 'OK 9 ',
  length: 5,
  fields: {
    id: { at: 0, type: 'u8', internal: true },
    kind: { at: 1, type: 'u8', bits: [0, 7], internal: true },
    temperature: { at: 2, ...temperature },
    // 106 is that of sensors without one, 125 that of a second probe.
    humidity: { at: 4, type: 'u8', bits: [0, 7], range: [1, 100], when: { max: 105 } },
    battery_ok: { at: 4, type: 'u8', bits: [7, 1], words: { 0: true, 1: false } },
  },
}

/** All ones where a station has no such sensor. */
const present = { max: 65_534 }

/** Sensors that a JeeLink with the LaCrosseITPlusReader sketch hears. Their ids change when batteries do. */
export const jeelinkLacrosse = defineDevice({
  id: 'jeelink-lacrosse',
  name: 'JeeLink with LaCrosse sensors',
  family: 'lacrosse',
  about: 'https://wiki.fhem.de/wiki/JeeLink',
  silentAfterMs: 30 * 60_000,
  serial: {
    framing: { kind: 'lines', maxBytes: 256 },
    baud: 57_600,
    many: true,
    usb: [{ vendor: '0403', product: '6001', model: 'JeeLink' }],
  },
  messages: [
    { when: { at: '$.kind', is: 2 }, device: '{$.id}', channel: '2', bytes: sensor },
    { device: '{$.id}', bytes: sensor },
    {
      device: 'WS-{$.id}',
      bytes: {
        encoding: 'decimal',
        after: 'OK WS ',
        fields: {
          id: { at: 0, type: 'u8', internal: true },
          temperature: { at: 2, ...temperature },
          humidity: { at: 4, type: 'u8', when: { max: 254 } },
          precipitation: { at: 5, type: 'u16be', scale: 0.5, kind: 'counter', when: present },
          wind_direction: { at: 7, type: 'u16be', scale: 0.1, when: present },
          wind_speed: { at: 9, type: 'u16be', scale: 0.1, when: present },
          wind_gust: { at: 11, type: 'u16be', scale: 0.1, when: present },
          battery_ok: { at: 13, type: 'u8', bits: [2, 1], words: { 0: true, 1: false } },
          pressure: { at: 14, type: 'u16be', when: present },
        },
      },
    },
    {
      device: 'EMT7110-{#0:2}',
      bytes: {
        encoding: 'decimal',
        after: 'OK EMT7110 ',
        length: 11,
        fields: {
          voltage: { at: 2, type: 'u16be', scale: 0.1 },
          current: { at: 4, type: 'u16be', unit: 'mA' },
          power: { at: 6, type: 'u16be' },
          energy: { at: 8, type: 'u16be', scale: 0.01 },
        },
      },
    },
    {
      device: 'LS-{$.id}',
      bytes: {
        encoding: 'decimal',
        after: 'OK LS ',
        length: 7,
        fields: {
          id: { at: 0, type: 'u8', internal: true },
          level: { at: 2, type: 'u16be', unit: 'cm', scale: 0.1, offset: -100 },
          temperature: { at: 4, ...temperature },
          battery_voltage: { at: 6, type: 'u8', scale: 0.1 },
        },
      },
    },
    { pattern: 'OK 9 {rest}', when: { at: '$.rest', exists: true }, ignore: 'bad_frame' },
    { ignore: 'ignored_frame' },
  ],
  examples: [
    {
      payload: 'OK 9 41 1 3 182 63',
      readings: [
        { device: 'lacrosse:41', metric: 'temperature', value: -5, unit: 'Cel' },
        { metric: 'humidity', value: 63, unit: '%RH' },
        { metric: 'battery_ok', value: true, unit: null },
      ],
    },
    {
      payload: 'OK 9 12 2 4 210 234',
      readings: [
        { device: 'lacrosse:12', metric: 'temperature', channel: '2', value: 23.4, unit: 'Cel' },
        { metric: 'battery_ok', channel: '2', value: false },
      ],
    },
    {
      payload: 'OK WS 22 1 4 170 61 0 40 7 8 0 33 0 52 4 3 245',
      readings: [
        { device: 'lacrosse:WS-22', metric: 'temperature', value: 19.4, unit: 'Cel' },
        { metric: 'humidity', value: 61, unit: '%RH' },
        { metric: 'precipitation', value: 20, unit: 'mm' },
        { metric: 'wind_direction', value: 180, unit: 'deg' },
        { metric: 'wind_speed', value: 3.3, unit: 'm/s' },
        { metric: 'wind_gust', value: 5.2, unit: 'm/s' },
        { metric: 'battery_ok', value: false },
        { metric: 'pressure', value: 1013, unit: 'hPa' },
      ],
    },
    {
      payload: 'OK EMT7110 17 34 8 252 1 44 0 66 3 232 1',
      readings: [
        { device: 'lacrosse:EMT7110-1122', metric: 'voltage', value: 230, unit: 'V' },
        { metric: 'current', value: 0.3, unit: 'A' },
        { metric: 'power', value: 66, unit: 'W' },
        { metric: 'energy', value: 10, unit: 'kWh' },
      ],
    },
    {
      payload: 'OK 9 41 1 0 0 0',
      readings: [{ metric: 'battery_ok', value: true }],
      rejected: ['out_of_range', 'out_of_range'],
    },
    { payload: 'OK 9 41 1 3 182', rejected: ['bad_frame'] },
    { payload: '[LaCrosseITPlusReader.10.1s (RFM69CW f:868300 r:17241)]', rejected: ['ignored_frame'] },
  ],
})
