/** Checksums of serial protocols. All take a range of the bytes: [from, to). */

/** Sum of the bytes; callers take it modulo what their protocol says. */
export function byteSum(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += bytes[i]!
  return sum
}

/** All bytes XORed together. */
export function byteXor(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let xor = 0
  for (let i = from; i < to; i++) xor ^= bytes[i]!
  return xor
}

/** CRC-16/MODBUS (Modbus over Serial Line V1.02 §6.2.2); sent low byte first. */
export function crc16Modbus(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return crc16(bytes, from, to, 0xffff)
}

/** CRC-16/ARC, which DSMR P1 prints as hexadecimal digits after the `!` (DSMR 5.0.2 P1 §6.2). */
export function crc16Arc(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return crc16(bytes, from, to, 0)
}

/**
 * Whether an NMEA 0183 sentence carries its checksum and it is right: two hexadecimal digits after `*`, the XOR of all
 * between the first byte (`$` or `!`) and the `*`. `null` when there is no checksum at all.
 */
export function nmeaChecksumMatches(sentence: Uint8Array): boolean | null {
  const star = sentence.lastIndexOf(0x2a)
  if (star < 1) return null
  const digits = String.fromCharCode(...sentence.subarray(star + 1, star + 4))
  return /^[0-9A-Fa-f]{2}$/.test(digits) && Number.parseInt(digits, 16) === byteXor(sentence, 1, star)
}

/** Both CRCs share the polynomial 0x8005, bits reflected; they differ in the value they begin with. */
function crc16(bytes: Uint8Array, from: number, to: number, initial: number): number {
  let crc = initial
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[i]!) & 0xff]!
  return crc
}

const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1
  return crc
})
