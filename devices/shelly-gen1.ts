import { defineDevice, type Readings } from '../src/decode/profile.ts'

const flag = { metric: 'state', words: { 0: false, 1: true } }
/** Counts watt-minutes since the device started. */
const energy = { metric: 'energy', unit: 'W·min' }
const load: Readings = { state: 'state', power: 'power', energy }

/** What comes under `<component>/<index>`; `state` is the topic without a further level. */
const components: Readings = {
  ...withPrefix('relay', load),
  ...withPrefix('light', load),
  ...withPrefix('white', load),
  ...withPrefix('color', load),
  ...withPrefix('roller', { ...load, pos: { metric: 'position', unit: '%', sentinels: [-1] } }),
  'emeter.power': 'power',
  'emeter.reactive_power': 'reactive_power',
  'emeter.voltage': 'voltage',
  'emeter.current': 'current',
  'emeter.pf': 'power_factor',
  // The total outlives a restart, and is in Wh.
  'emeter.total': { metric: 'energy', unit: 'Wh' },
  'emeter.total_returned': { metric: 'energy_returned', unit: 'Wh' },
  'emeter.energy': { ...energy, channel: '{component}:{index}.since_start' },
  'emeter.returned_energy': { ...energy, metric: 'energy_returned', channel: '{component}:{index}.since_start' },
  'input.state': flag,
  'input_event.state.event': {
    metric: 'action',
    channel: 'input:{index}',
    when: { is: ['S', 'L', 'SS', 'SSS', 'SL', 'LS'] },
  },
  'adc.state': 'voltage',
  'ext_temperature.state': { metric: 'temperature', sentinels: [999, 85] },
  'ext_humidity.state': { metric: 'humidity', sentinels: [999] },
  'ext_switch.state': flag,
}

/** What comes under `sensor`, of devices that measure the room. */
const sensors: Readings = {
  temperature: { metric: 'temperature', sentinels: [999] },
  humidity: { metric: 'humidity', sentinels: [999] },
  battery: 'battery',
  lux: { metric: 'illuminance', sentinels: [-1] },
  flood: 'water_leak',
  smoke: 'smoke',
  motion: 'motion',
  vibration: 'vibration',
  tamper: 'tamper',
  charger: 'charging',
  state: 'state',
  tilt: { metric: 'angle', unit: 'deg', sentinels: [-1] },
  gas: 'gas',
  concentration: { metric: 'gas_concentration', unit: 'ppm' },
}

const whenValid = { when: { at: '@.is_valid', is: [true, 1] } }

/** All of it at once, in `info`, and in `status` of motion sensors. */
const everything: Readings = {
  'wifi_sta.rssi': 'rssi',
  uptime: 'uptime',
  'relays[*].ison': { metric: 'state', channel: 'relay:{*}' },
  'lights[*].ison': { metric: 'state', channel: 'light:{*}' },
  'inputs[*].input': { ...flag, channel: 'input:{*}' },
  'rollers[*].state': { metric: 'state', channel: 'roller:{*}' },
  'rollers[*].current_pos': { metric: 'position', unit: '%', channel: 'roller:{*}', sentinels: [-1, 101] },
  'meters[*].power': { metric: 'power', channel: 'relay:{*}', ...whenValid },
  'meters[*].total': { ...energy, channel: 'relay:{*}', ...whenValid },
  'emeters[*].power': { metric: 'power', channel: 'emeter:{*}', ...whenValid },
  'emeters[*].voltage': { metric: 'voltage', channel: 'emeter:{*}', ...whenValid },
  'emeters[*].current': { metric: 'current', channel: 'emeter:{*}', ...whenValid },
  'emeters[*].pf': { metric: 'power_factor', channel: 'emeter:{*}', ...whenValid },
  'emeter_n.current': { metric: 'current', channel: 'emeter_n', ...whenValid },
  'emeters[*].total': { metric: 'energy', unit: 'Wh', channel: 'emeter:{*}', ...whenValid },
  'emeters[*].total_returned': { metric: 'energy_returned', unit: 'Wh', channel: 'emeter:{*}', ...whenValid },
  // Those on batteries measure the room, the others themselves.
  'tmp.tC': [
    { when: { at: '@.is_valid', is: false }, reject: 'suppressed' },
    { when: { at: '$.bat', exists: true }, metric: 'temperature' },
    { metric: 'device_temperature' },
  ],
  'tmp.value': {
    when: [
      { at: '$.bat', exists: true },
      { at: '@.tC', exists: false },
    ],
    metric: 'temperature',
    unitAt: '@.units',
  },
  'hum.value': 'humidity',
  'lux.value': 'illuminance',
  lux: { metric: 'illuminance', sentinels: [-1] },
  'bat.value': 'battery',
  'bat.voltage': 'battery_voltage',
  bat: 'battery',
  flood: 'water_leak',
  smoke: 'smoke',
  motion: 'motion',
  vibration: 'vibration',
  voltage: 'voltage',
  'thermostats[*].tmp.value': { metric: 'temperature', unitAt: '@.units' },
  'thermostats[*].pos': { metric: 'position', unit: '%', channel: 'valve' },
  'ext_temperature.*.tC': { metric: 'temperature', channel: 'ext_temperature:{*}' },
  'ext_humidity.*.hum': { metric: 'humidity', channel: 'ext_humidity:{*}' },
}

const component =
  '{component:relay|light|white|color|roller|emeter|input|input_event|adc|ext_temperature|ext_humidity|ext_switch}'
const sub = (rest: string) => `shellies/{device}/${rest}`

export const shellyGen1 = defineDevice({
  id: 'shelly-gen1',
  name: 'Shelly (first generation)',
  family: 'shelly',
  about: 'https://shelly-api-docs.shelly.cloud/gen1/#mqtt-support',
  // Those on batteries wake every twelve hours at the latest.
  silentAfterMs: 25 * 3_600_000,
  messages: [
    { topic: sub('online'), when: { at: '$', is: ['true', 'false'] }, availability: {} },
    {
      topic: ['shellies/command', sub('command'), sub('{path...}/{verb:command|set}')],
      ignore: 'command_topic',
    },
    { topic: ['shellies/announce', sub('announce')], ignore: 'ignored_topic' },
    {
      topic: [sub('info'), sub('status')],
      form: 'object',
      time: { at: 'unixtime', format: 's' },
      readings: everything,
    },
    {
      topic: sub(`${component}/{index:number}`),
      under: '{component}/state',
      channel: '{component}:{index}',
      readings: components,
    },
    {
      topic: sub(`${component}/{index:number}/{key}`),
      form: 'value',
      under: '{component}/{key}',
      channel: '{component}:{index}',
      readings: components,
    },
    {
      topic: sub('{component:light|white|color}/{index:number}/status'),
      channel: '{component}:{index}',
      readings: { ison: 'state', power: 'power', brightness: 'brightness' },
    },
    { topic: sub('emeter_n/current'), under: 'current', channel: 'emeter_n', readings: { current: 'current' } },
    { topic: sub('sensor/{key}'), under: '{key}', readings: sensors },
    {
      topic: sub('{key:temperature|voltage|overtemperature}'),
      form: 'value',
      under: '{key}',
      readings: {
        temperature: 'device_temperature',
        voltage: 'voltage',
        overtemperature: { metric: 'alarm', channel: 'overtemperature', type: 'flag' },
      },
    },
    {
      topic: sub('{what:temperature_f|temperature_status|ext_temperatures|ext_humidities|longpush|loaderror}'),
      ignore: 'ignored_topic',
    },
    { topic: sub('longpush/{index:number}'), ignore: 'ignored_topic' },
  ],
  examples: [
    {
      topic: 'shellies/shellyem-B4E6/emeter/1/total',
      payload: '48211.5',
      readings: [
        { device: 'shelly:shellyem-B4E6', metric: 'energy', channel: 'emeter:1', value: 48.2115, unit: 'kWh' },
      ],
    },
    {
      topic: 'shellies/shellyplug-s-7A11/relay/0/energy',
      payload: '90000',
      readings: [{ metric: 'energy', channel: 'relay:0', value: 1.5, unit: 'kWh' }],
    },
    {
      topic: 'shellies/shellyswitch25-01/input/1',
      payload: '1',
      readings: [{ metric: 'state', channel: 'input:1', value: true, unit: null }],
    },
    {
      topic: 'shellies/shellyflood-55/sensor/flood',
      payload: 'true',
      readings: [{ metric: 'water_leak', value: true, unit: null }],
    },
    {
      topic: 'shellies/shellyht-21/info',
      payload:
        '{"wifi_sta":{"connected":true,"rssi":-71},"unixtime":0,"tmp":{"value":4.5,"units":"C","tC":4.5,"tF":40.1,"is_valid":true},"hum":{"value":88},"bat":{"value":76,"voltage":2.84},"uptime":2}',
      readings: [
        { metric: 'rssi', value: -71, unit: 'dBm' },
        { metric: 'temperature', value: 4.5, unit: 'Cel' },
        { metric: 'humidity', value: 88, unit: '%RH' },
        { metric: 'battery', value: 76, unit: '%EL' },
        { metric: 'battery_voltage', value: 2.84, unit: 'V' },
        { metric: 'uptime', value: 2, unit: 's' },
      ],
      rejected: ['clock_invalid'],
    },
    {
      topic: 'shellies/shellyem3-77/emeter_n/current',
      payload: '0.31',
      readings: [{ metric: 'current', channel: 'emeter_n', value: 0.31, unit: 'A' }],
    },
    { topic: 'shellies/shellyflood-55/online', payload: 'true', online: true },
    { topic: 'shellies/shellyht-21/sensor/temperature', payload: '999', rejected: ['sentinel'] },
    { topic: 'shellies/shellyplug-s-7A11/relay/0/command', payload: 'off', rejected: ['command_topic'] },
  ],
})

function withPrefix(prefix: string, readings: Readings): Readings {
  return Object.fromEntries(Object.entries(readings).map(([path, reading]) => [`${prefix}.${path}`, reading]))
}
