import { defineDevice } from '../src/decode/profile.ts'

export const homie = defineDevice({
  id: 'homie',
  name: 'Homie',
  about: 'https://homieiot.github.io/specification/',
  messages: [
    {
      // An intent, not a measurement.
      topic: [
        'homie/5/{device}/{node}/{property}/{verb:set|$target}',
        'homie/{device}/{node}/{property}/{verb:set|$target}',
      ],
      ignore: 'command_topic',
    },
    { topic: ['homie/5/$broadcast/{rest...}', 'homie/$broadcast/{rest...}'], ignore: 'command_topic' },
    {
      topic: ['homie/5/{device}/{attribute:$state|$description}', 'homie/{device}/{attribute:$state|$name}'],
      protocol: 'homie',
    },
    {
      topic: 'homie/{device}/$stats/{stat}',
      form: 'value',
      under: '{stat}',
      readings: {
        uptime: 'uptime',
        cputemp: 'device_temperature',
        battery: 'battery',
        supply: { metric: 'voltage', channel: 'supply' },
      },
    },
    { topic: 'homie/{device}/{node}/{property}/{attribute:$unit|$datatype|$format}', protocol: 'homie' },
    {
      topic: [
        ...['homie/5/{device}/${attribute}', 'homie/5/{device}/${attribute}/{rest...}', 'homie/{device}/${attribute}'],
        ...['homie/{device}/${attribute}/{rest...}', 'homie/{device}/{node}/${attribute}'],
        'homie/{device}/{node}/{property}/${attribute}',
      ],
      ignore: 'ignored_topic',
    },
    { topic: ['homie/5/{device}/{node}/{property}', 'homie/{device}/{node}/{property}'], protocol: 'homie' },
    { topic: 'homie/{rest...}', ignore: 'ignored_topic' },
  ],
  examples: [
    {
      topic: 'homie/5/henhouse/nest/warmth',
      after: [
        {
          topic: 'homie/5/henhouse/$description',
          payload:
            '{"homie":"5.0","version":1,"name":"Hen house","nodes":{"nest":{"properties":{"warmth":{"datatype":"float","unit":"°F","format":"14:122"}}}}}',
        },
      ],
      payload: '68',
      readings: [{ device: 'homie:henhouse', metric: 'temperature', channel: 'nest.warmth', value: 20, unit: 'Cel' }],
    },
    {
      topic: 'homie/boat/bilge/level',
      after: [
        { topic: 'homie/boat/bilge/level/$datatype', payload: 'integer' },
        { topic: 'homie/boat/bilge/level/$unit', payload: 'cm' },
        { topic: 'homie/boat/bilge/level/$format', payload: '0:50' },
      ],
      payload: '12',
      readings: [{ device: 'homie:boat', metric: 'level', channel: 'bilge', value: 0.12, unit: 'm' }],
    },
    {
      topic: 'homie/boat/bilge/level',
      after: [
        { topic: 'homie/boat/bilge/level/$unit', payload: 'cm' },
        { topic: 'homie/boat/bilge/level/$format', payload: '0:50' },
      ],
      payload: '51',
      rejected: ['out_of_range'],
    },
    { topic: 'homie/5/henhouse/$state', payload: 'lost', retain: true, online: false },
    { topic: 'homie/boat/bilge/pump/set', payload: 'true', rejected: ['command_topic'] },
  ],
})
