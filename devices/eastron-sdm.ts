import { defineDevice } from '../src/decode/profile.ts'

/** The input registers that the meters share, phase by phase; those of one phase have the first only. */
export const eastronSdm = defineDevice({
  id: 'eastron-sdm',
  name: 'Eastron SDM energy meter: SDM120, SDM230, SDM630, SDM72D-M',
  family: 'modbus',
  about: 'https://lamaplc.com/doku.php?id=com:eastron',
  silentAfterMs: 5 * 60_000,
  serial: { framing: { kind: 'modbus-rtu' }, baud: 9600 },
  messages: [
    {
      protocol: 'modbus-rtu',
      options: {
        address: 1,
        function: 4,
        registers: [
          { register: 0x00, type: 'float32', metric: 'voltage', channel: 'L1' },
          { register: 0x02, type: 'float32', metric: 'voltage', channel: 'L2' },
          { register: 0x04, type: 'float32', metric: 'voltage', channel: 'L3' },
          { register: 0x06, type: 'float32', metric: 'current', channel: 'L1' },
          { register: 0x08, type: 'float32', metric: 'current', channel: 'L2' },
          { register: 0x0a, type: 'float32', metric: 'current', channel: 'L3' },
          { register: 0x0c, type: 'float32', metric: 'power', channel: 'L1' },
          { register: 0x0e, type: 'float32', metric: 'power', channel: 'L2' },
          { register: 0x10, type: 'float32', metric: 'power', channel: 'L3' },
          { register: 0x12, type: 'float32', metric: 'apparent_power', channel: 'L1' },
          { register: 0x14, type: 'float32', metric: 'apparent_power', channel: 'L2' },
          { register: 0x16, type: 'float32', metric: 'apparent_power', channel: 'L3' },
          { register: 0x18, type: 'float32', metric: 'reactive_power', channel: 'L1' },
          { register: 0x1a, type: 'float32', metric: 'reactive_power', channel: 'L2' },
          { register: 0x1c, type: 'float32', metric: 'reactive_power', channel: 'L3' },
          { register: 0x1e, type: 'float32', metric: 'power_factor', channel: 'L1' },
          { register: 0x20, type: 'float32', metric: 'power_factor', channel: 'L2' },
          { register: 0x22, type: 'float32', metric: 'power_factor', channel: 'L3' },
          { register: 0x34, type: 'float32', metric: 'power' },
          { register: 0x38, type: 'float32', metric: 'apparent_power' },
          { register: 0x3c, type: 'float32', metric: 'reactive_power' },
          { register: 0x3e, type: 'float32', metric: 'power_factor' },
          { register: 0x46, type: 'float32', metric: 'frequency' },
          { register: 0x48, type: 'float32', metric: 'energy' },
          { register: 0x4a, type: 'float32', metric: 'energy_returned' },
          { register: 0x4c, type: 'float32', metric: 'reactive_energy' },
          { register: 0x4e, type: 'float32', metric: 'reactive_energy_returned' },
          // Import and export together.
          { register: 0x156, type: 'float32', metric: 'energy', channel: 'total' },
        ],
      },
    },
  ],
  examples: [
    {
      hex: '01040c4248147b44e5500041440000ad28',
      request: '01040046000691dd',
      readings: [
        { metric: 'frequency', value: 50.02, unit: 'Hz' },
        { metric: 'energy', value: 1834.5, unit: 'kWh' },
        { metric: 'energy_returned', value: 12.25, unit: 'kWh' },
      ],
    },
    {
      hex: '010404449a522533e0',
      request: '0104015600029027',
      readings: [{ metric: 'energy', channel: 'total', value: 1234.567, unit: 'kWh' }],
    },
    { hex: '018402c2c1', request: '01040046000691dd', rejected: ['device_exception'] },
  ],
})
