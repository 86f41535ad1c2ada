import { defineDevice } from '../src/decode/profile.ts'

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
      topic: ['{device...}/binary_sensor/{entity}/state', '{device...}/switch/{entity}/state'],
      form: 'value',
      under: '{entity}',
      channel: '{entity}',
      readings: { '*': { metric: 'state', type: 'flag' } },
    },
    {
      topic: '{device...}/text_sensor/{entity}/state',
      form: 'value',
      under: '{entity}',
      channel: '{entity}',
      readings: { '*': { metric: 'status', type: 'text' } },
    },
    {
      topic: '{device...}/{component:light|fan|cover|climate|lock|number|select|valve|button}/{entity}/{part}',
      ignore: 'ignored_topic',
    },
    {
      topic: '{device...}/{component:sensor|binary_sensor|switch|text_sensor}/{entity}/command',
      ignore: 'command_topic',
    },
    { topic: '{device...}/status', when: { at: '$', is: ['online', 'offline'] }, availability: {} },
    { topic: '{device}/debug', form: 'value', ignore: 'ignored_topic' },
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
    { topic: 'workshop/status', payload: 'online', online: true },
    { topic: 'workshop/sensor/bench_humidity/state', payload: 'nan', rejected: ['not_finite'] },
  ],
})
