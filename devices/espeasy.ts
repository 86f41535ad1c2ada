import { defineDevice, type Readings } from '../src/decode/profile.ts'

const centimetres = { metric: 'distance', unit: 'cm' }

/** Names that ESPEasy gives to the values of its plugins; people rename them freely. */
const named: Readings = {
  ...{
    Temperature: 'temperature',
    Temp: 'temperature',
    Humidity: 'humidity',
    Pressure: 'pressure',
    Dewpoint: 'dew_point',
  },
  ...{ Light: 'illuminance', Lux: 'illuminance', Distance: centimetres, CO2: 'co2', PPM: 'co2', RSSI: 'rssi' },
  ...{ Volt: 'voltage', Voltage: 'voltage', Amps: 'current', Current: 'current', Watt: 'power', Power: 'power' },
  ...{ PM1: 'pm1', "['PM2.5']": 'pm25', PM10: 'pm10', UV: 'uv_index', kWh: 'energy' },
  ...{
    temperature: 'temperature',
    humidity: 'humidity',
    pressure: 'pressure',
    light: 'illuminance',
    lux: 'illuminance',
  },
  ...{ distance: centimetres, co2: 'co2', voltage: 'voltage', current: 'current', power: 'power' },
  // Of the system, in minutes.
  Uptime: { metric: 'uptime', unit: 'min' },
  // Of an analog input.
  Analog: { metric: 'analog', unit: null },
  Brightness: { metric: 'brightness', unit: null },
  brightness: { metric: 'brightness', unit: null },
}

const values = { device: '{unit}', channel: '{task}', under: '{value}', readings: named } as const
const known = Object.keys(named).map((name) => `home/{unit}/{task}/{value:${name.replace(/[[\]']/g, '')}}`)

export const espeasy = defineDevice({
  id: 'espeasy',
  name: 'ESPEasy',
  about: 'https://espeasy.readthedocs.io/en/latest/Controller/C005.html',
  messages: [
    {
      topic: ['{unit}/{what:status|LWT}', '{prefix...}/{unit}/{what:status|LWT}'],
      protocol: 'espeasy',
    },
    {
      topic: ['{unit}/{task}/{value}', '{prefix...}/{unit}/{task}/{value}'],
      protocol: 'espeasy',
      ...values,
      others: 'all',
    },
    { topic: '/{unit}/{task}/{verb:set|get|cmd|command}', ignore: 'command_topic' },
    // Its own suggestions for topics, when no last will was heard.
    { topic: ['/{unit}/{task}/{value}'], form: 'value', ...values, others: 'all' },
    { topic: known, form: 'value', ...values },
    // Tells Domoticz a number of its own, and not what was measured.
    { topic: 'domoticz/in', ignore: 'ambiguous_metric' },
  ],
  examples: [
    { topic: 'attic/porch/status', payload: 'Connection Lost', retain: true, online: false },
    {
      topic: 'attic/porch/climate/Temperature',
      payload: '7.31',
      after: [{ topic: 'attic/porch/LWT', payload: 'Connected' }],
      readings: [{ device: 'espeasy:porch', metric: 'temperature', channel: 'climate', value: 7.31, unit: 'Cel' }],
    },
    {
      topic: '/ESP_Easy/tank/Distance',
      payload: '84.5',
      readings: [{ device: 'espeasy:ESP_Easy', metric: 'distance', channel: 'tank', value: 0.845, unit: 'm' }],
    },
    {
      topic: '/ESP_Easy/vent/Rounds',
      payload: '1200',
      readings: [{ metric: 'rounds', channel: 'vent', value: 1200, unit: null }],
    },
    {
      topic: '/ESP_Easy/sys/Uptime',
      payload: '3',
      readings: [{ metric: 'uptime', channel: 'sys', value: 180, unit: 's' }],
    },
    { topic: '/ESP_Easy/tank/Distance', payload: 'nan', rejected: ['not_finite'] },
    { topic: 'domoticz/in', payload: '{"idx":4,"nvalue":0,"svalue":"21.5;48;0"}', rejected: ['ambiguous_metric'] },
  ],
})
