import { defineDevice, type Readings } from '../src/decode/profile.ts'

/** The prefix is free; `shellies/` in front of it is only a folder. */
const topics = (rest: string) => [`shellies/{device}/${rest}`, `{device...}/${rest}`]

/** Phase a, b or c, or the neutral, of a meter for three phases. */
const phase = (metric: string, letter: string, unit?: string) => ({
  metric,
  channel: `{*}.${letter}`,
  ...(unit && { unit }),
})
const phases = (letter: string): Readings => ({
  [`em:*.${letter}_act_power`]: phase('power', letter),
  [`em:*.${letter}_aprt_power`]: phase('apparent_power', letter),
  [`em:*.${letter}_voltage`]: phase('voltage', letter),
  [`em:*.${letter}_current`]: phase('current', letter),
  [`em:*.${letter}_pf`]: phase('power_factor', letter),
  [`em:*.${letter}_freq`]: phase('frequency', letter),
  [`emdata:*.${letter}_total_act_energy`]: phase('energy', letter, 'Wh'),
  [`emdata:*.${letter}_total_act_ret_energy`]: phase('energy_returned', letter, 'Wh'),
})

/** On external power the battery gauge measures nothing. */
const battery = (metric: string) => [
  { when: { at: '^.external.present', is: true }, reject: 'suppressed' as const },
  { metric },
]

/** Components by their key, `switch:0`, which is the channel. */
const components: Readings = {
  '*.output': 'state',
  '*.apower': 'power',
  '*.voltage': 'voltage',
  '*.current': 'current',
  '*.freq': 'frequency',
  '*.pf': 'power_factor',
  '*.aprtpower': 'apparent_power',
  '*.aenergy.total': { metric: 'energy', unit: 'Wh' },
  '*.ret_aenergy.total': { metric: 'energy_returned', unit: 'Wh' },
  '*.temperature.tC': 'device_temperature',
  'temperature:*.tC': 'temperature',
  // Probes of the add-on, which say 85 when they lost their power before they could measure.
  'temperature:10*.tC': { metric: 'temperature', sentinels: [85] },
  'humidity:*.rh': 'humidity',
  'illuminance:*.lux': 'illuminance',
  'smoke:*.alarm': 'smoke',
  'flood:*.alarm': 'water_leak',
  'presence:*.state': 'presence',
  'presencezone:*.state': 'presence',
  'input:*.state': 'state',
  // Of an analog input.
  'input:*.percent': { metric: 'position', unit: '%' },
  'input:*.freq': 'frequency',
  'input:*.counts.total': 'pulses',
  'light:*.brightness': 'brightness',
  'cct:*.brightness': 'brightness',
  'rgb:*.brightness': 'brightness',
  'rgbw:*.brightness': 'brightness',
  'cover:*.state': 'state',
  'cover:*.current_pos': 'position',
  'thermostat:*.current_C': 'temperature',
  'blutrv:*.current_C': 'temperature',
  'blutrv:*.pos': 'position',
  'blutrv:*.battery': 'battery',
  'blutrv:*.rssi': 'rssi',
  'devicepower:*.battery.percent': battery('battery'),
  'devicepower:*.battery.V': battery('battery_voltage'),
  'em1:*.act_power': 'power',
  'em1:*.aprt_power': 'apparent_power',
  'em1data:*.total_act_energy': { metric: 'energy', unit: 'Wh' },
  'em1data:*.total_act_ret_energy': { metric: 'energy_returned', unit: 'Wh' },
  ...phases('a'),
  ...phases('b'),
  ...phases('c'),
  'em:*.n_current': phase('current', 'n'),
  'em:*.total_current': 'current',
  'em:*.total_act_power': 'power',
  'em:*.total_aprt_power': 'apparent_power',
  'emdata:*.total_act': { metric: 'energy', unit: 'Wh' },
  'emdata:*.total_act_ret': { metric: 'energy_returned', unit: 'Wh' },
  'bthomedevice:*.battery': 'battery',
  'bthomedevice:*.rssi': 'rssi',
  // What it measures stands only in the device's configuration.
  'bthomesensor:*.value': { reject: 'ambiguous_metric' },
  'number:*.value': { metric: 'value', unit: null },
  'boolean:*.value': { metric: 'state', type: 'flag' },
  'wifi.rssi': 'rssi',
}

const pushes = ['single_push', 'double_push', 'triple_push', 'long_push']

export const shellyGen2 = defineDevice({
  id: 'shelly-gen2',
  name: 'Shelly (Plus, Pro, Gen3, Gen4)',
  family: 'shelly',
  about: 'https://shelly-api-docs.shelly.cloud/gen2/General/Notifications',
  // Those on batteries wake every twelve hours at the latest.
  // What changes is told by NotifyStatus and by the status topics, where both are switched on.
  echoMs: 5000,
  silentAfterMs: 25 * 3_600_000,
  messages: [
    { topic: topics('online'), when: { at: '$', is: ['true', 'false'] }, availability: {} },
    {
      topic: topics('events/rpc'),
      when: { at: '$.method', is: ['NotifyStatus', 'NotifyFullStatus'] },
      at: 'params',
      time: { at: 'params.ts', format: 's' },
      channel: '{*}',
      readings: components,
    },
    {
      // Bluetooth sensors that the script of the maker hands on, decoded.
      topic: topics('events/rpc'),
      when: [
        { at: '$.method', is: 'NotifyEvent' },
        { at: '$.params.events.0.event', is: 'shelly-blu' },
      ],
      at: 'params.events[0].data',
      device: '{$.params.events.0.data.address}',
      mac: true,
      time: { at: 'params.events.0.ts', format: 's' },
      readings: {
        temperature: 'temperature',
        humidity: 'humidity',
        battery: 'battery',
        illuminance: 'illuminance',
        rssi: 'rssi',
        motion: 'motion',
        window: { metric: 'window', words: { 0: 'closed', 1: 'open' } },
        rotation: { metric: 'angle', unit: 'deg' },
      },
    },
    {
      topic: topics('events/rpc'),
      when: { at: '$.method', is: 'NotifyEvent' },
      at: 'params',
      time: { at: 'params.ts', format: 's' },
      readings: { 'events[*].event': { metric: 'action', channel: '{@.component}', when: { is: pushes } } },
    },
    // Other notices say nothing that was measured.
    { topic: topics('events/rpc'), when: { at: '$.method', exists: true }, ignore: 'ignored_topic' },
    {
      topic: topics('status/{component:component}'),
      form: 'object',
      under: '{component}',
      channel: '{component}',
      readings: components,
    },
    { topic: topics('status/wifi'), form: 'object', under: 'wifi', readings: components },
    {
      topic: topics('status/{part:sys|mqtt|cloud|ble|ws|ui|eth|ht_ui|bthome|matter|knx|plugs_ui}'),
      ignore: 'ignored_topic',
    },
    { topic: topics('debug/log'), ignore: 'ignored_topic' },
    { topic: [...topics('rpc'), ...topics('command/{component:component}')], ignore: 'command_topic' },
    // What neither generation knows is no device of its own.
    { topic: 'shellies/{rest...}', ignore: 'ignored_topic' },
  ],
  examples: [
    {
      topic: 'garage/plug3/status/switch:0',
      payload:
        '{"id":0,"source":"timer","output":true,"apower":61.5,"voltage":229.4,"aenergy":{"total":8125.5},"temperature":{"tC":41.2,"tF":106.2}}',
      readings: [
        { device: 'shelly:garage_plug3-3c813e', metric: 'state', channel: 'switch:0', value: true, unit: null },
        { metric: 'power', channel: 'switch:0', value: 61.5, unit: 'W' },
        { metric: 'voltage', channel: 'switch:0', value: 229.4, unit: 'V' },
        { metric: 'energy', channel: 'switch:0', value: 8.1255, unit: 'kWh' },
        { metric: 'device_temperature', channel: 'switch:0', value: 41.2, unit: 'Cel' },
      ],
    },
    {
      topic: 'shellyht-cellar/events/rpc',
      payload:
        '{"src":"shellyplusht-08b61fcb7d04","method":"NotifyFullStatus","params":{"ts":1767600000.5,"devicepower:0":{"battery":{"V":5.1,"percent":64},"external":{"present":false}},"humidity:0":{"rh":71.4}}}',
      receivedAt: '2026-01-05T08:00:01Z',
      readings: [
        {
          metric: 'battery_voltage',
          channel: 'devicepower:0',
          value: 5.1,
          unit: 'V',
          time: '2026-01-05T08:00:00.500Z',
        },
        { metric: 'battery', channel: 'devicepower:0', value: 64, unit: '%EL' },
        { metric: 'humidity', channel: 'humidity:0', value: 71.4, unit: '%RH' },
      ],
    },
    {
      topic: 'meter3/status/em:0',
      payload:
        '{"id":0,"a_current":4.1,"a_pf":0.93,"b_voltage":229.8,"n_current":null,"total_act_power":1840.5,"user_calibrated_phase":[]}',
      readings: [
        { metric: 'current', channel: 'em:0.a', value: 4.1, unit: 'A' },
        { metric: 'power_factor', channel: 'em:0.a', value: 0.93, unit: '/' },
        { metric: 'voltage', channel: 'em:0.b', value: 229.8, unit: 'V' },
        { metric: 'power', channel: 'em:0', value: 1840.5, unit: 'W' },
      ],
      rejected: ['null_value'],
    },
    {
      topic: 'hallway/events/rpc',
      payload:
        '{"src":"shellyplus1-aabb","method":"NotifyEvent","params":{"ts":1780315199.5,"events":[{"component":"script:1","id":1,"event":"shelly-blu","data":{"encryption":false,"BTHome_version":2,"pid":7,"battery":98,"illuminance":120,"window":1,"rotation":12.5,"rssi":-62,"address":"5c:c7:c1:aa:bb:cc"},"ts":1780315199.5}]}}',
      readings: [
        {
          device: 'shelly:5C:C7:C1:AA:BB:CC',
          metric: 'battery',
          value: 98,
          unit: '%EL',
          time: '2026-06-01T11:59:59.500Z',
        },
        { metric: 'illuminance', value: 120, unit: 'lx' },
        { metric: 'window', value: 'open', unit: null },
        { metric: 'angle', value: 12.5, unit: 'deg' },
        { metric: 'rssi', value: -62, unit: 'dBm' },
      ],
    },
    { topic: 'pool/status/temperature:101', payload: '{"id":101,"tC":85.0,"tF":185.0}', rejected: ['sentinel'] },
    { topic: 'shellies/pool/pump/current', payload: '1.5', rejected: ['ignored_topic'] },
    { topic: 'shellyht-cellar/online', payload: 'false', online: false },
    { topic: 'plug3/status/bthomesensor:200', payload: '{"id":200,"value":4}', rejected: ['ambiguous_metric'] },
  ],
})
