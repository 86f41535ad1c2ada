import { defineDevice } from '../src/decode/profile.ts'

export const sparkplugB = defineDevice({
  id: 'sparkplug-b',
  name: 'Sparkplug B edge nodes',
  family: 'sparkplug',
  about: 'https://sparkplug.eclipse.org/specification/version/3.0/documents/sparkplug-specification-3.0.0.pdf',
  messages: [
    {
      topic: ['spBv1.0/{group}/{message:NCMD|DCMD}/{edge}', 'spBv1.0/{group}/{message:NCMD|DCMD}/{edge}/{device}'],
      ignore: 'command_topic',
    },
    {
      topic: [
        'spBv1.0/{group}/{message:NBIRTH|NDATA|NDEATH}/{edge}',
        'spBv1.0/{group}/{message:DBIRTH|DDATA|DDEATH}/{edge}/{device}',
      ],
      protocol: 'sparkplug',
    },
    // STATE: whether a host application is there.
    { topic: ['spBv1.0/{rest...}', 'STATE/{host}'], ignore: 'ignored_topic' },
  ],
  examples: [
    {
      topic: 'spBv1.0/Dairy/DDATA/line2/vat3',
      after: [
        {
          topic: 'spBv1.0/Dairy/DBIRTH/line2/vat3',
          hex: '08f88cb898e833 121c 0a10 4d696c6b2f54656d7065726174757265 1005 2002 50f5ffffff0f 1801',
        },
      ],
      // Alias 5, an Int16 of -7.
      hex: '08f88cb898e833 1208 1005 50f9ffffff0f 1802',
      readings: [
        {
          device: 'sparkplug:Dairy_line2_vat3-2ccc7a',
          metric: 'temperature',
          channel: 'Milk',
          value: -7,
          unit: 'Cel',
          time: '2026-06-01T11:59:55.000Z',
        },
      ],
    },
    { topic: 'spBv1.0/Dairy/DDATA/line2/vat3', hex: '1208 1005 50f9ffffff0f', rejected: ['unknown_alias'] },
    { topic: 'spBv1.0/Dairy/DDEATH/line2/vat3', hex: '1805', online: false },
    { topic: 'spBv1.0/Dairy/NDATA/line2', hex: '12ff7f', rejected: ['bad_frame'] },
    { topic: 'spBv1.0/Dairy/NCMD/line2', payload: 'x', rejected: ['command_topic'] },
  ],
})
