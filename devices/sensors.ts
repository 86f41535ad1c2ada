import { defineDevice } from '../src/decode/profile.ts'

/** Our own convention, for whoever is free to choose: `sensors/<device>` with JSON, `sensors/<device>/<metric>` with a value. */
export const sensors = defineDevice({
  id: 'sensors',
  name: 'sensors/… topics',
  family: 'mqtt',
  messages: [
    {
      topic: [
        'sensors/{device}/{verb:set|get|command|cmd}',
        'sensors/{device}/{verb:set|get|command|cmd}/{member...}',
        'sensors/{device}/{path...}/{verb:set|get|command|cmd}',
      ],
      ignore: 'command_topic',
    },
    {
      topic: 'sensors/{device}/{what:status|availability|online|lwt|LWT}',
      when: { at: '$', is: ['online', 'offline', 'Online', 'Offline', 'connected', 'disconnected', 'true', 'false'] },
      availability: {},
    },
    { topic: ['sensors/{device}', 'sensors/{device}/{metric...}'], protocol: 'generic', options: { all: true } },
  ],
  examples: [
    {
      topic: 'sensors/attic',
      payload: '{"temp":31.4,"hum":22,"particles":120}',
      readings: [
        { device: 'mqtt:attic', metric: 'temperature', value: 31.4, unit: 'Cel' },
        { metric: 'humidity', value: 22, unit: '%RH' },
        { metric: 'particles', value: 120, unit: null },
      ],
    },
    {
      topic: 'sensors/attic/temperature',
      payload: '-7.25',
      readings: [{ metric: 'temperature', value: -7.25, unit: 'Cel' }],
    },
    { topic: 'sensors/attic/status', payload: 'offline', online: false },
    { topic: 'sensors/attic/temperature', payload: '12,5', rejected: ['type_mismatch'] },
    { topic: 'sensors/attic', payload: '{"battery":255}', rejected: ['out_of_range'] },
  ],
})
