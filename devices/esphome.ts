import { defineDevice } from '../src/decode/profile.ts'

/** What a node says about its network and firmware. */
const housekeeping = [
  ...[
    'ip',
    'ip_address',
    'ssid',
    'connected_ssid',
    'bssid',
    'connected_bssid',
    'mac',
    'mac_address',
    'mac_wifi_address',
  ],
  ...['dns_address', 'scan_results', 'version', 'esphome_version', 'project_version', 'device_info', 'reset_reason'],
]

/** Units are only in the discovery messages: without those the name of the entity has to tell what it measures. */
export const esphome = defineDevice({
  id: 'esphome',
  name: 'ESPHome',
  about: 'https://esphome.io/components/mqtt/',
  messages: [
    {
      topic: '{device...}/sensor/{entity}/state',
      form: 'value',
      under: '{entity}',
      channel: '{entity}',
      others: 'all',
    },
    {
      topic: '{device...}/binary_sensor/{entity}/state',
      form: 'value',
      under: '{entity}',
      channel: '{entity}',
      readings: { '*': { metric: 'state', type: 'flag' } },
    },
    {
      topic: '{device...}/switch/{entity}/state',
      form: 'value',
      under: '{entity}',
      channel: '{entity}',
      readings: { '*': 'state' },
    },
    {
      topic: '{device...}/text_sensor/{entity}/state',
      form: 'value',
      under: '{entity}',
      channel: '{entity}',
      readings: {
        ...Object.fromEntries(housekeeping.map((name) => [name, null])),
        '*': { metric: 'status', type: 'text' },
      },
    },
    {
      topic: '{device...}/light/{entity}/state',
      form: 'object',
      channel: '{entity}',
      readings: { state: 'state', brightness: 'brightness' },
    },
    {
      topic: '{device...}/{component:fan|light}/{entity}/state',
      form: 'value',
      under: 'state',
      channel: '{entity}',
      readings: { state: 'state' },
    },
    {
      topic: [
        '{device...}/{component:lock|cover|valve}/{entity}/state',
        '{device...}/alarm_control_panel/{entity}/state',
      ],
      form: 'value',
      under: 'state',
      channel: '{entity}',
      readings: { state: 'state' },
    },
    {
      topic: '{device...}/{component:climate|cover|valve|water_heater}/{entity}/{part}/state',
      form: 'value',
      under: '{component}/{part}',
      channel: '{entity}',
      readings: {
        'cover.position': { metric: 'position', unit: '%' },
        'valve.position': { metric: 'position', unit: '%' },
        'climate.current_temperature': 'temperature',
        'climate.current_humidity': 'humidity',
        'climate.action': 'status',
        'water_heater.current_temperature': 'temperature',
      },
    },
    {
      topic: '{device...}/event/{entity}/state',
      form: 'object',
      channel: '{entity}',
      readings: { event_type: 'action' },
    },
    { topic: '{device...}/{component:fan|cover|valve}/{entity}/{part}/state', ignore: 'ignored_topic' },
    // Settings, and what a person has asked for.
    {
      topic: '{device...}/{component:number|select|button|text|datetime|update|climate|light|fan}/{entity}/{part}',
      ignore: 'ignored_topic',
    },
    {
      topic: [
        '{device...}/{component:sensor|binary_sensor|switch|text_sensor|light|fan|cover|lock|valve}/{entity}/command',
        '{device...}/{component:climate|cover|fan|valve}/{entity}/{part}/command',
      ],
      ignore: 'command_topic',
    },
    { topic: '{device...}/status', when: { at: '$', is: ['online', 'offline'] }, availability: {} },
    { topic: ['esphome/discover/{node}', 'esphome/ping/{node}'], ignore: 'ignored_topic' },
    { topic: '{device}/debug', ignore: 'ignored_topic' },
  ],
  examples: [
    {
      topic: 'workshop/sensor/bench_humidity/state',
      payload: '38.2',
      readings: [
        { device: 'esphome:workshop', metric: 'humidity', channel: 'bench_humidity', value: 38.2, unit: '%RH' },
      ],
    },
    {
      topic: 'workshop/sensor/glue_pot_fill/state',
      payload: '3.5',
      readings: [{ metric: 'glue_pot_fill', channel: 'glue_pot_fill', value: 3.5, unit: null }],
    },
    {
      topic: 'workshop/binary_sensor/back_door/state',
      payload: 'ON',
      readings: [{ metric: 'state', channel: 'back_door', value: true, unit: null }],
    },
    {
      topic: 'workshop/climate/stove/current_temperature/state',
      payload: '19.5',
      readings: [{ metric: 'temperature', channel: 'stove', value: 19.5, unit: 'Cel' }],
    },
    {
      topic: 'workshop/sensor/pm_2_5_concentration_2/state',
      payload: '8',
      readings: [{ metric: 'pm25', channel: 'pm_2_5_concentration_2', value: 8, unit: 'ug/m3' }],
    },
    {
      topic: 'workshop/sensor/particulate_matter__2_5__m_concentration/state',
      payload: '11',
      readings: [{ metric: 'pm25', channel: 'particulate_matter__2_5__m_concentration', value: 11, unit: 'ug/m3' }],
    },
    {
      topic: 'workshop/sensor/stove_gas/state',
      payload: '3',
      readings: [{ metric: 'stove_gas', channel: 'stove_gas', value: 3, unit: null }],
    },
    { topic: 'workshop/text_sensor/ip_address/state', payload: '192.0.2.7', rejected: ['nothing_measured'] },
    { topic: 'esphome/discover/workshop', payload: '{"ip":"192.0.2.7"}', rejected: ['ignored_topic'] },
    { topic: 'workshop/status', payload: 'online', online: true },
    { topic: 'workshop/sensor/bench_humidity/state', payload: 'nan', rejected: ['not_finite'] },
  ],
})
