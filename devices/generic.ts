import { defineDevice } from '../src/decode/profile.ts'

/** Topics that no family knows, by the names in them. Asked last. */
export const generic = defineDevice({
  id: 'generic',
  name: 'Plain MQTT',
  family: 'mqtt',
  messages: [
    { topic: '$SYS/{rest...}', ignore: 'ignored_topic' },
    {
      topic: ['{path...}/{verb:set|get|command|cmd}', 'cmnd/{path...}', '{path...}/{verb:set|get}/{member}'],
      ignore: 'command_topic',
    },
    { topic: '{topic...}', protocol: 'generic' },
  ],
  examples: [
    {
      topic: 'greenhouse/bench2/state',
      payload: '{"air_temp_f":68,"soil":512,"port":3}',
      readings: [
        { device: 'mqtt:greenhouse_bench2-b18659', metric: 'temperature', value: 20, unit: 'Cel' },
        { metric: 'soil', value: 512, unit: null },
      ],
    },
    {
      topic: 'greenhouse/bench2/co2',
      payload: '{"value":640,"unit":"ppm"}',
      readings: [{ metric: 'co2', value: 640, unit: 'ppm' }],
    },
    { topic: 'media/player', payload: '{"volume":40}', rejected: ['unknown_topic'] },
    { topic: 'garage/door/set', payload: 'open', rejected: ['command_topic'] },
  ],
})
