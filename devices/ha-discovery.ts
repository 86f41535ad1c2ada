import { defineDevice } from '../src/decode/profile.ts'

/** Topics that families before it know stay theirs, also when they are announced. */
export const haDiscovery = defineDevice({
  id: 'ha-discovery',
  name: 'Home Assistant MQTT discovery',
  family: 'ha',
  about: 'https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery',
  messages: [
    {
      topic: ['homeassistant/{component}/{object}/config', 'homeassistant/{component}/{node}/{object}/config'],
      protocol: 'ha-discovery',
      options: { config: true },
    },
    // Whether Home Assistant itself is there, and what it republishes.
    { topic: 'homeassistant/{rest...}', ignore: 'ignored_topic' },
    { topic: '{path...}', protocol: 'ha-discovery', options: { config: false } },
  ],
  examples: [
    {
      topic: 'pool/7/values',
      after: [
        {
          topic: 'homeassistant/device/pool7/config',
          payload:
            '{"~":"pool/7","dev":{"ids":["pool-7"],"name":"Pool"},"o":{"name":"poolduino"},"stat_t":"~/values","avty_t":"~/here","cmps":{"water":{"p":"sensor","dev_cla":"temperature","unit_of_meas":"°F","val_tpl":"{{ value_json.w * 0.1 | float }}"},"air":{"p":"sensor","dev_cla":"temperature","unit_of_meas":"°C","val_tpl":"{{ value_json[\'air\'][0] | round(1) }}"},"pump":{"p":"binary_sensor","dev_cla":"running","pl_on":"1","pl_off":"0","val_tpl":"{{ value_json.pump }}"}}}',
        },
      ],
      payload: '{"w":770,"air":[18.449],"pump":1,"ph":7.2}',
      readings: [
        { device: 'ha:pool-7', metric: 'temperature', value: 25, unit: 'Cel' },
        { metric: 'temperature', channel: 'air', value: 18.4, unit: 'Cel' },
        { metric: 'running', value: true, unit: null },
      ],
    },
    {
      topic: 'mill/flow',
      after: [
        {
          topic: 'homeassistant/sensor/mill/flow/config',
          payload: '{"state_topic":"mill/flow","unit_of_measurement":"L/min","unique_id":"mill-flow"}',
        },
      ],
      payload: '30',
      readings: [{ device: 'ha:mill', metric: 'flow', value: 1.8, unit: 'm3/h' }],
    },
    {
      topic: 'homeassistant/sensor/x/config',
      payload: '{"state_topic":"x/y","value_template":"{% if value_json.a %}{{ value_json.b }}{% endif %}"}',
      rejected: ['unsupported_feature'],
    },
    { topic: 'homeassistant/status', payload: 'online', rejected: ['ignored_topic'] },
  ],
})
