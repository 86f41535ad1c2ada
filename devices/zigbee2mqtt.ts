import { defineDevice, type Readings } from '../src/decode/profile.ts'

/** A second instance has a base topic of its own, such as `zigbee2mqtt2`; what follows the name becomes part of the device's id. */
const topics = (rest: string) => [`zigbee2mqtt/${rest}`, `zigbee2mqtt{instance}/${rest}`]

export const zigbee2mqtt = defineDevice({
  id: 'zigbee2mqtt',
  name: 'Zigbee2MQTT',
  family: 'z2m',
  about: 'https://www.zigbee2mqtt.io/guide/usage/mqtt_topics_and_messages.html',
  messages: [
    { topic: topics('bridge/state'), availability: { at: 'state', scope: 'bridge' } },
    { topic: topics('bridge/devices'), protocol: 'zigbee2mqtt' },
    { topic: topics('bridge/{rest...}'), ignore: 'ignored_topic' },
    {
      topic: [...topics('{name...}/{verb:set|get}'), ...topics('{name...}/{verb:set|get}/{attribute}')],
      ignore: 'command_topic',
    },
    {
      topic: topics('{name...}/availability'),
      device: '{instance}/{name}',
      availability: { at: 'state' },
      empty: 'removed',
    },
    {
      // `advanced.output: attribute`: one topic for each attribute.
      topic: topics('{name...}/{attribute}'),
      form: 'value',
      device: '{instance}/{name}',
      under: '{attribute}',
      readings: readings(),
      others: 'known',
    },
    {
      topic: topics('{name...}'),
      device: '{instance}/{name}',
      name: '{name}',
      time: { at: 'last_seen' },
      readings: readings(),
      others: 'known',
    },
  ],
  examples: [
    {
      topic: 'zigbee2mqtt/cellar/freezer',
      payload:
        '{"battery":91,"voltage":2985,"temperature":-18.62,"humidity":51.3,"linkquality":76,"last_seen":"2026-03-01T08:00:00Z"}',
      receivedAt: '2026-03-01T08:00:00.300Z',
      readings: [
        {
          device: 'z2m:cellar_freezer-af0b26',
          metric: 'battery',
          value: 91,
          unit: '%EL',
          time: '2026-03-01T08:00:00.000Z',
        },
        { metric: 'battery_voltage', value: 2.985, unit: 'V' },
        { metric: 'temperature', value: -18.62, unit: 'Cel' },
        { metric: 'humidity', value: 51.3, unit: '%RH' },
        { metric: 'linkquality', value: 76, unit: '/' },
      ],
    },
    {
      topic: 'zigbee2mqtt/washer',
      payload: '{"state":"ON","power":2104.5,"voltage":231,"energy":18.44}',
      after: [
        {
          topic: 'zigbee2mqtt/bridge/devices',
          payload:
            '[{"friendly_name":"washer","type":"Router","definition":{"exposes":[{"type":"numeric","property":"voltage","unit":"V","access":5}]}}]',
        },
      ],
      readings: [
        { metric: 'state', value: 'ON', unit: null },
        { metric: 'power', value: 2104.5, unit: 'W' },
        { metric: 'voltage', value: 231, unit: 'V' },
        { metric: 'energy', value: 18.44, unit: 'kWh' },
      ],
    },
    {
      topic: 'zigbee2mqtt/hall/sockets',
      payload: '{"state_left":"ON","state_right":"OFF","power_left":12.5,"moisture_left":4}',
      after: [
        {
          topic: 'zigbee2mqtt/bridge/devices',
          payload:
            '[{"friendly_name":"hall/sockets","type":"Router","definition":{"exposes":[{"type":"switch","features":[{"type":"binary","property":"state_left","access":7}]},{"type":"numeric","property":"power_left","unit":"kW","access":1}]}}]',
        },
      ],
      readings: [
        { metric: 'state', channel: 'left', value: 'ON', unit: null },
        { metric: 'state', channel: 'right', value: 'OFF', unit: null },
        { metric: 'power', channel: 'left', value: 12_500, unit: 'W' },
        { metric: 'soil_moisture', channel: 'left', value: 4, unit: '/100' },
      ],
    },
    {
      topic: 'zigbee2mqtt/porch/alarm',
      payload: '{"carbon_monoxide":false,"co":2,"eco2":410,"co2":455,"volume":80,"battery":88,"voltage":2.9}',
      readings: [
        { metric: 'carbon_monoxide', value: false, unit: null },
        { metric: 'co', value: 2, unit: 'ppm' },
        { metric: 'co2', value: 410, unit: 'ppm' },
        { metric: 'battery', value: 88, unit: '%EL' },
        { metric: 'battery_voltage', value: 2.9, unit: 'V' },
      ],
    },
    {
      topic: 'zigbee2mqtt/meter',
      payload: '{"power_a":120,"current_a":0.52,"voltage_b":231.5}',
      readings: [
        { metric: 'power', channel: 'a', value: 120, unit: 'W' },
        { metric: 'current', channel: 'a', value: 0.52, unit: 'A' },
        { metric: 'voltage', channel: 'b', value: 231.5, unit: 'V' },
      ],
    },
    {
      topic: 'zigbee2mqtt/radiator',
      payload: '{"local_temperature":19.5,"occupied_heating_setpoint":21,"pi_heating_demand":35,"child_lock":"LOCK"}',
      after: [
        {
          topic: 'zigbee2mqtt/bridge/devices',
          payload:
            '[{"friendly_name":"radiator","type":"EndDevice","definition":{"exposes":[{"type":"climate","features":[{"type":"numeric","property":"local_temperature","unit":"°C","access":5},{"type":"numeric","property":"occupied_heating_setpoint","unit":"°C","access":7},{"type":"numeric","property":"pi_heating_demand","unit":"%","access":5}]},{"type":"binary","property":"child_lock","access":7}]}}]',
        },
      ],
      readings: [
        { metric: 'temperature', value: 19.5, unit: 'Cel' },
        { metric: 'pi_heating_demand', value: 35, unit: '/100' },
      ],
    },
    {
      topic: 'zigbee2mqtt/hatch',
      payload: '{"angle_x":-12,"angle_x_absolute":78,"speed":2}',
      readings: [{ metric: 'angle', channel: 'x', value: -12, unit: 'deg' }],
    },
    { topic: 'zigbee2mqtt/porch/lamp', payload: '{"effect":"blink"}', rejected: ['nothing_measured'] },
    {
      topic: 'zigbee2mqtt/freezer/voltage',
      payload: '2985',
      readings: [{ metric: 'battery_voltage', value: 2.985, unit: 'V' }],
    },
    { topic: 'zigbee2mqtt/washer/availability', payload: '{"state":"offline"}', online: false },
    { topic: 'zigbee2mqtt/washer/set', payload: '{"state":"OFF"}', rejected: ['command_topic'] },
    { topic: 'zigbee2mqtt/freezer', payload: '{"humidity":142.1}', rejected: ['out_of_range'] },
  ],
})

function readings(): Readings {
  return {
    voltage: [
      { when: { min: 1000 }, metric: 'battery_voltage', unit: 'mV' },
      { when: [{ at: '$.battery', exists: true }, { max: 60 }], metric: 'battery_voltage' },
      { metric: 'voltage' },
    ],
    // Old firmware sends the raw sensor value beside the one in lux.
    illuminance: { when: { at: '$.illuminance_lux', exists: false } },
    click: { when: { at: '$.action', exists: false }, metric: 'action' },
    battery_voltage: [{ when: { min: 1000 }, metric: 'battery_voltage', unit: 'mV' }, { metric: 'battery_voltage' }],
    // Percent, except from few.
    power_factor: [
      { when: { min: -1, max: 1 }, metric: 'power_factor' },
      { metric: 'power_factor', unit: '%' },
    ],
    formaldehyd: { metric: 'formaldehyde_mass', unit: 'mg/m3' },
    hcho: { when: { at: '$.formaldehyd', exists: false }, metric: 'formaldehyde_mass', unit: 'mg/m3' },
    // Micrograms from some, parts from others.
    voc: { metric: 'voc', unit: null },
    // An alarm tells whether, an instrument how much.
    carbon_monoxide: [
      { when: { is: [true, false] }, metric: 'carbon_monoxide', type: 'flag' },
      { metric: 'co', unit: 'ppm' },
    ],
    // Where the other phases have names too it is no unit.
    current_a: { metric: 'current', channel: 'a' },
    // Names of settings and of counts, unless the device says what it means by them.
    ...{ mode: null, speed: null, level: null, volume: null, duration: null, count: null, index: null, depth: null },
  }
}
