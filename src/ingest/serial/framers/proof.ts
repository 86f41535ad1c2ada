import { byteSum, byteXor, crc16Modbus } from '../../../checksum.ts'
import type { Checksum } from '../../../framing.ts'

/** Whether the frame at [start, end) carries the checksum it should. */
export function checksumMatches(checksum: Checksum, bytes: Uint8Array, start: number, end: number): boolean {
  const from = place(checksum.from, start, end)
  const to = checksum.to === 0 ? end : place(checksum.to, start, end)
  const at = place(checksum.at, start, end)
  switch (checksum.kind) {
    case 'sum8':
      return bytes[at] === (byteSum(bytes, from, to) & 0xff)
    case 'sum8-negated':
      return bytes[at] === (-byteSum(bytes, from, to) & 0xff)
    case 'sum16be':
      return ((bytes[at]! << 8) | bytes[at + 1]!) === (byteSum(bytes, from, to) & 0xffff)
    case 'xor8':
      return bytes[at] === byteXor(bytes, from, to)
    case 'crc16-modbus':
      return (bytes[at]! | (bytes[at + 1]! << 8)) === crc16Modbus(bytes, from, to)
  }
}

function place(offset: number, start: number, end: number): number {
  return offset < 0 ? end + offset : start + offset
}
