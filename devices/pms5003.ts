import { defineDevice } from '../src/decode/profile.ts'

/** Plantower sensors of 32-byte frames: PMS5003, PMS6003, PMS7003 and PMSA003. Concentrations are those under atmospheric conditions. */
export const pms5003 = defineDevice({
  id: 'pms5003',
  name: 'Plantower PMS5003 particle sensor',
  about: 'https://www.aqmd.gov/docs/default-source/aq-spec/resources-page/plantower-pms5003-manual_v2-3.pdf',
  silentAfterMs: 10 * 60_000,
  serial: {
    framing: {
      kind: 'counted',
      head: [0x42, 0x4d],
      countAt: 2,
      countBytes: 2,
      maxBytes: 64,
      checksum: { kind: 'sum16be', from: 0, to: -2, at: -2 },
    },
    baud: 9600,
  },
  messages: [
    {
      bytes: {
        length: 32,
        fields: {
          pm1: { at: 10, type: 'u16be', range: [0, 1000] },
          pm25: { at: 12, type: 'u16be', range: [0, 1000] },
          pm10: { at: 14, type: 'u16be', range: [0, 1000] },
          // In 0.1 l of air, of this diameter and larger.
          'above 0.3um': { at: 16, type: 'u16be', metric: 'particle_count', channel: '0.3um', sentinels: [65_535] },
          'above 0.5um': { at: 18, type: 'u16be', metric: 'particle_count', channel: '0.5um', sentinels: [65_535] },
          'above 1.0um': { at: 20, type: 'u16be', metric: 'particle_count', channel: '1.0um', sentinels: [65_535] },
          'above 2.5um': { at: 22, type: 'u16be', metric: 'particle_count', channel: '2.5um', sentinels: [65_535] },
          'above 5.0um': { at: 24, type: 'u16be', metric: 'particle_count', channel: '5.0um', sentinels: [65_535] },
          'above 10um': { at: 26, type: 'u16be', metric: 'particle_count', channel: '10um', sentinels: [65_535] },
        },
      },
    },
    { ignore: 'ignored_frame' },
  ],
  examples: [
    {
      hex: '424d 001c 0007 000b 000c 0006 000a 000b 0546 0190 0058 000a 0003 0001 9700 02bd',
      readings: [
        { metric: 'pm1', value: 6, unit: 'ug/m3' },
        { metric: 'pm25', value: 10, unit: 'ug/m3' },
        { metric: 'pm10', value: 11, unit: 'ug/m3' },
        { metric: 'particle_count', channel: '0.3um', value: 1350, unit: 'count' },
        { metric: 'particle_count', channel: '0.5um', value: 400, unit: 'count' },
        { metric: 'particle_count', channel: '1.0um', value: 88, unit: 'count' },
        { metric: 'particle_count', channel: '2.5um', value: 10, unit: 'count' },
        { metric: 'particle_count', channel: '5.0um', value: 3, unit: 'count' },
        { metric: 'particle_count', channel: '10um', value: 1, unit: 'count' },
      ],
    },
    // The answer to the command that sets it asleep.
    { hex: '424d 0004 e400 0177', rejected: ['ignored_frame'] },
  ],
})
