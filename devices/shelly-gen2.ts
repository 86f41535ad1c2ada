import { defineDevice, type Readings } from '../src/decode/profile.ts'

/** The prefix is free; `shellies/` in front of it is only a folder. */
const topics = (rest: string) => [`shellies/{device}/${rest}`, `{device...}/${rest}`]

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
  'humidity:*.rh': 'humidity',
  'illuminance:*.lux': 'illuminance',
  'smoke:*.alarm': 'smoke',
  'flood:*.alarm': 'water_leak',
  'input:*.state': 'state',
  'input:*.counts.total': 'pulses',
  'cover:*.state': 'state',
  'cover:*.current_pos': 'position',
  // On external power the battery gauge measures nothing.
  'devicepower:*.battery.percent': [
    { when: { at: '^.external.present', is: true }, reject: 'suppressed' },
    { metric: 'battery' },
  ],
  'devicepower:*.battery.V': [
    { when: { at: '^.external.present', is: true }, reject: 'suppressed' },
    { metric: 'battery_voltage' },
  ],
  'em1:*.act_power': 'power',
  'em1:*.aprt_power': 'apparent_power',
  'em1data:*.total_act_energy': { metric: 'energy', unit: 'Wh' },
  'em1data:*.total_act_ret_energy': { metric: 'energy_returned', unit: 'Wh' },
  'em:*.total_act_power': 'power',
  'em:*.a_act_power': { metric: 'power', channel: '{*}.a' },
  'em:*.b_act_power': { metric: 'power', channel: '{*}.b' },
  'em:*.c_act_power': { metric: 'power', channel: '{*}.c' },
  'em:*.a_voltage': { metric: 'voltage', channel: '{*}.a' },
  'em:*.b_voltage': { metric: 'voltage', channel: '{*}.b' },
  'em:*.c_voltage': { metric: 'voltage', channel: '{*}.c' },
  'em:*.a_current': { metric: 'current', channel: '{*}.a' },
  'em:*.b_current': { metric: 'current', channel: '{*}.b' },
  'em:*.c_current': { metric: 'current', channel: '{*}.c' },
  'emdata:*.total_act': { metric: 'energy', unit: 'Wh' },
  'emdata:*.total_act_ret': { metric: 'energy_returned', unit: 'Wh' },
  'bthomedevice:*.battery': 'battery',
  'bthomedevice:*.rssi': 'rssi',
  // What it measures stands only in the device's configuration.
  'bthomesensor:*.value': { reject: 'ambiguous_metric' },
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
      topic: topics('events/rpc'),
      when: { at: '$.method', is: 'NotifyEvent' },
      at: 'params',
      time: { at: 'params.ts', format: 's' },
      readings: { 'events[*].event': { metric: 'action', channel: '{@.component}', when: { is: pushes } } },
    },
    {
      topic: topics('status/{component:component}'),
      form: 'object',
      under: '{component}',
      channel: '{component}',
      readings: components,
    },
    { topic: topics('status/wifi'), form: 'object', under: 'wifi', readings: components },
    { topic: topics('status/{part:sys|mqtt|cloud|ble|ws|ui|eth|ht_ui|bthome|matter|knx}'), ignore: 'ignored_topic' },
    { topic: topics('debug/log'), ignore: 'ignored_topic' },
    { topic: [...topics('rpc'), ...topics('command/{component:component}')], ignore: 'command_topic' },
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
    { topic: 'shellyht-cellar/online', payload: 'false', online: false },
    { topic: 'plug3/status/bthomesensor:200', payload: '{"id":200,"value":4}', rejected: ['ambiguous_metric'] },
  ],
})
