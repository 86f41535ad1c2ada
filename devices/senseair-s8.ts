import { defineDevice } from '../src/decode/profile.ts'

export const senseairS8 = defineDevice({
  id: 'senseair-s8',
  name: 'Senseair S8 CO₂ sensor',
  family: 'modbus',
  about: 'https://senseair.com/products/size-counts/s8-5/',
  silentAfterMs: 5 * 60_000,
  serial: { framing: { kind: 'modbus-rtu' }, baud: 9600 },
  messages: [
    {
      protocol: 'modbus-rtu',
      options: {
        // Any sensor answers to this one.
        address: 254,
        function: 4,
        registers: [
          // The status of the meter: any bit of it makes the value doubtful.
          { register: 0, type: 'uint16', internal: true },
          { register: 3, metric: 'co2', when: { at: '$.0', min: 1 }, reject: 'suppressed' },
          // 32767 is where a signed number ends, not what it measured.
          { register: 3, metric: 'co2', range: [1, 32_766] },
        ],
      },
    },
  ],
  examples: [
    {
      hex: 'fe040203522c29',
      request: 'fe0400030001d5c5',
      readings: [{ metric: 'co2', value: 850, unit: 'ppm' }],
    },
    {
      hex: 'fe040800000000000003529617',
      request: 'fe0400000004e5c6',
      readings: [{ metric: 'co2', value: 850 }],
    },
    { hex: 'fe04080020000000000352b7d5', request: 'fe0400000004e5c6', rejected: ['suppressed'] },
    { hex: 'fe040203522c28', request: 'fe0400030001d5c5', rejected: ['checksum_mismatch'] },
  ],
})
