import { defineDevice } from '../src/decode/profile.ts'

export const sds011 = defineDevice({
  id: 'sds011',
  name: 'Nova SDS011 particle sensor',
  about: 'https://nettigo.pl/attachments/398',
  silentAfterMs: 10 * 60_000,
  serial: {
    framing: {
      kind: 'fixed',
      head: [0xaa],
      length: 10,
      tail: [0xab],
      checksum: { kind: 'sum8', from: 2, to: 8, at: 8 },
    },
    baud: 9600,
    usb: [{ vendor: '1a86', product: '7523' }],
  },
  messages: [
    {
      when: { at: '#1:1', is: 'C0' },
      device: '{#6:2}',
      // While it warms up, and when its fan is blocked, both are zero.
      blank: { pm25: 0, pm10: 0 },
      bytes: {
        fields: {
          pm25: { at: 2, type: 'u16le', scale: 0.1, range: [0, 999.9] },
          pm10: { at: 4, type: 'u16le', scale: 0.1, range: [0, 999.9] },
        },
      },
    },
    // C5: the answer to a command.
    { ignore: 'ignored_frame' },
  ],
  examples: [
    {
      hex: 'aac0 5b00 9f01 37e2 14ab',
      readings: [
        { device: 'sds011:37E2', metric: 'pm25', value: 9.1, unit: 'ug/m3' },
        { metric: 'pm10', value: 41.5, unit: 'ug/m3' },
      ],
    },
    { hex: 'aac0 0000 0000 37e2 19ab', rejected: ['sentinel'] },
    { hex: 'aac0 ffff ffff 37e2 15ab', rejected: ['out_of_range', 'out_of_range'] },
    { hex: 'aac5 0700 0100 37e2 21ab', rejected: ['ignored_frame'] },
  ],
})
