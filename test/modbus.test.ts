import { expect, it } from 'vitest'
import { crc16Modbus } from '../src/checksum.ts'
import { type ModbusRead, modbusRequest, parseModbusRequest, planModbusReads } from '../src/modbus.ts'
import fc from './setup/properties.ts'

const read: fc.Arbitrary<ModbusRead> = fc.record({
  address: fc.integer({ min: 1, max: 3 }),
  function: fc.constantFrom(3, 4),
  register: fc.nat({ max: 400 }),
  count: fc.integer({ min: 1, max: 4 }),
})

it('builds a request with its CRC, low byte first', () => {
  const request = modbusRequest({ address: 1, function: 4, register: 1, count: 2 })
  expect(Buffer.from(request).toString('hex')).toBe('010400010002200b')
  expect(crc16Modbus(request)).toBe(0)
})

it('reads back what a request asks for', () => {
  fc.assert(
    fc.property(read, (asked) => {
      expect(parseModbusRequest(modbusRequest(asked))).toEqual(asked)
    }),
  )
  expect(parseModbusRequest(Buffer.from('0106000100020000', 'hex'))).toBeNull()
  expect(parseModbusRequest(Buffer.from('0104', 'hex'))).toBeNull()
})

it('plans reads that cover every wanted register, each at most 125 long and apart from the next', () => {
  fc.assert(
    fc.property(fc.array(read, { maxLength: 40 }), fc.nat({ max: 20 }), (wanted, gap) => {
      const reads = planModbusReads(wanted, gap)
      for (const { address, function: code, register, count } of wanted)
        expect(
          reads.some(
            (r) =>
              r.address === address &&
              r.function === code &&
              r.register <= register &&
              r.register + r.count >= register + count,
          ),
        ).toBe(true)
      expect(reads.length).toBeLessThanOrEqual(wanted.length)
      expect(Math.max(0, ...reads.map(({ count }) => count))).toBeLessThanOrEqual(125)
    }),
  )
})

it('reads neighbours together and leaves a wide gap alone', () => {
  const at = (register: number) => ({ address: 1, function: 4, register, count: 2 }) as const
  expect(planModbusReads([at(0), at(6), at(2), at(70)])).toEqual([{ ...at(0), count: 8 }, at(70)])
  expect(planModbusReads([at(0), at(6)], 0)).toEqual([at(0), at(6)])
})
