import { defineDevice } from '../src/decode/profile.ts'
import { pms5003 } from './pms5003.ts'

/** The older Plantower sensor: frames of 24 bytes, without counts of particles. */
export const pms3003 = defineDevice({
  id: 'pms3003',
  name: 'Plantower PMS3003 particle sensor',
  about: 'https://www.aqmd.gov/docs/default-source/aq-spec/resources-page/plantower-pms3003-manual.pdf',
  silentAfterMs: 10 * 60_000,
  serial: pms5003.serial,
  messages: [
    {
      bytes: {
        length: 24,
        fields: {
          pm1: { at: 10, type: 'u16be', range: [0, 1000] },
          pm25: { at: 12, type: 'u16be', range: [0, 1000] },
          pm10: { at: 14, type: 'u16be', range: [0, 1000] },
        },
      },
    },
    { ignore: 'ignored_frame' },
  ],
  examples: [
    {
      hex: '424d 0014 0004 0008 0009 0003 0007 0009 0000 0000 0000 00cb',
      readings: [
        { metric: 'pm1', value: 3, unit: 'ug/m3' },
        { metric: 'pm25', value: 7, unit: 'ug/m3' },
        { metric: 'pm10', value: 9, unit: 'ug/m3' },
      ],
    },
    {
      hex: '424d 0014 0004 0008 0009 0003 0007 ffff 0000 0000 0000 02c0',
      readings: [
        { metric: 'pm1', value: 3 },
        { metric: 'pm25', value: 7 },
      ],
      rejected: ['sentinel'],
    },
  ],
})
