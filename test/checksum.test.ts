import { expect, it } from 'vitest'
import { byteSum, byteXor, crc16Arc, crc16Modbus, nmeaChecksumMatches } from '../src/checksum.ts'

// The check values of the CRC catalogue: what each makes of the text 123456789.
const nine = Buffer.from('123456789')

it('CRC-16/MODBUS and CRC-16/ARC give their check values', () => {
  expect(crc16Modbus(nine)).toBe(0x4b37)
  expect(crc16Arc(nine)).toBe(0xbb3d)
})

it('a range leaves out what is not in it', () => {
  const padded = Buffer.from('__123456789__')
  expect(crc16Modbus(padded, 2, 11)).toBe(0x4b37)
  expect(byteSum(padded, 2, 11)).toBe(byteSum(nine))
  expect(byteXor(padded, 2, 11)).toBe(byteXor(nine))
})

it.each([
  ['$YXMTW,15.2,C*14', true],
  ['$YXMTW,15.2,C*15', false],
  ['$YXMTW,15.2,C*1', false],
  ['$YXMTW,15.2,C*144', false],
  ['$YXMTW,15.2,C', null],
])('the checksum of the sentence %s: %s', (sentence, matches) => {
  expect(nmeaChecksumMatches(Buffer.from(sentence))).toBe(matches)
})
