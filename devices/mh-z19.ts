import { defineDevice } from '../src/decode/profile.ts'

/** Winsen MH-Z19, B and C: asked for its reading, since not all of them speak by themselves. */
export const mhZ19 = defineDevice({
  id: 'mh-z19',
  name: 'Winsen MH-Z19 CO₂ sensor',
  family: 'mhz19',
  about: 'https://www.winsen-sensor.com/d/files/infrared-gas-sensor/mh-z19b-co2-ver1_0.pdf',
  silentAfterMs: 5 * 60_000,
  serial: {
    framing: {
      kind: 'fixed',
      head: [0xff],
      length: 9,
      checksum: { kind: 'sum8-negated', from: 1, to: 8, at: 8 },
    },
    baud: 9600,
    polls: [{ request: 'ff 01 86 00 00 00 00 00 79', everyMs: 10_000 }],
  },
  messages: [
    {
      when: { at: '#1:1', is: '86' },
      bytes: {
        fields: {
          // 5000 is where the common range ends, and what is sent above it; the C goes on to 10,000.
          co2: { at: 2, type: 'u16be', range: [0, 10_000], sentinels: [0, 65_535] },
          device_temperature: { at: 4, type: 'u8', offset: -40, sentinels: [0] },
        },
      },
    },
    { ignore: 'ignored_frame' },
  ],
  examples: [
    {
      hex: 'ff86 03 2c 3f 00 00 00 0c',
      request: 'ff 01 86 00 00 00 00 00 79',
      readings: [
        { metric: 'co2', value: 812, unit: 'ppm' },
        { metric: 'device_temperature', value: 23, unit: 'Cel' },
      ],
    },
    {
      hex: 'ff86 0000 3f 00 00 00 3b',
      readings: [{ metric: 'device_temperature', value: 23 }],
      rejected: ['sentinel'],
    },
    {
      hex: 'ff86 03 2c 00 00 00 00 4b',
      readings: [{ metric: 'co2', value: 812 }],
      rejected: ['sentinel'],
    },
    { hex: 'ff86 03 2d 3f 00 00 00 0c', rejected: ['checksum_mismatch'] },
    { hex: 'ff79 01 00 00 00 00 00 86', rejected: ['ignored_frame'] },
  ],
})
