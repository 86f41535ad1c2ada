import { defineDevice } from '../src/decode/profile.ts'

export const xyMd02 = defineDevice({
  id: 'xy-md02',
  name: 'XY-MD02 temperature and humidity over RS-485',
  family: 'modbus',
  about: 'http://www.sah.rs/media/sah/techdocs/xy-md02-manual.pdf',
  silentAfterMs: 5 * 60_000,
  serial: { framing: { kind: 'modbus-rtu' }, baud: 9600 },
  messages: [
    {
      protocol: 'modbus-rtu',
      options: {
        address: 1,
        function: 4,
        registers: [
          { register: 1, metric: 'temperature', scale: 0.1, range: [-40, 80] },
          { register: 2, type: 'uint16', metric: 'humidity', scale: 0.1 },
        ],
      },
    },
  ],
  examples: [
    {
      hex: '01040400d702318b08',
      request: '010400010002200b',
      readings: [
        { device: 'modbus:usb-test:1', metric: 'temperature', value: 21.5, unit: 'Cel' },
        { metric: 'humidity', value: 56.1, unit: '%RH' },
      ],
    },
    { hex: '018402c2c1', request: '010400010002200b', rejected: ['device_exception'] },
    { hex: '05040200d708ae', request: '010400010001600a', rejected: ['unexpected_slave'] },
  ],
})
