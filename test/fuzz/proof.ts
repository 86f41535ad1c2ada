import type { Framing } from '../../src/framing.ts'

/**
 * Whether the checksum of a frame is right, worked out here from the protocols and with none of the code under test. True for
 * protocols without one.
 */
export function isProven(framing: Framing, family: string, frame: Uint8Array): boolean {
  switch (framing.kind) {
    case 'lines':
      return family !== 'nmea0183' || hasProvenSentence(Buffer.from(frame).toString('latin1').trim())
    case 'dsmr-p1':
      return isProvenTelegram(Buffer.from(frame).toString('latin1'))
    case 'vedirect':
      return frame.reduce((sum, byte) => sum + byte, 0) % 256 === 0
    case 'modbus-rtu':
      // The CRC over a frame and its own CRC is nothing.
      return crc(frame, 0xffff) === 0
    default:
      return framing.checksum === undefined || isProvenSum(family, frame)
  }
}

function isProvenSum(family: string, frame: Uint8Array): boolean {
  const sum = (from: number, to: number) => frame.slice(from, to).reduce((total, byte) => total + byte, 0)
  const end = frame.length
  switch (family) {
    case 'sds011':
      return frame[8] === sum(2, 8) % 256 && frame[0] === 0xaa && frame[9] === 0xab
    case 'mh-z19':
      return (sum(1, 8) + frame[8]!) % 256 === 0
    case 'pms5003':
    case 'pms3003':
      return frame[end - 2]! * 256 + frame[end - 1]! === sum(0, end - 2) % 65_536
    default:
      throw new Error(`say how a frame of ${family} is proven`)
  }
}

/** One alone may be without a checksum; of several glued together those are taken that have a right one. */
function hasProvenSentence(line: string): boolean {
  const sentences = line.split(/(?=[$!])/).map((sentence) => sentence.trim())
  if (sentences.length === 1) return isProvenSentence(line)
  return sentences.some((sentence) => sentence.includes('*') && isProvenSentence(sentence))
}

function isProvenSentence(line: string): boolean {
  const star = line.lastIndexOf('*')
  if (star < 0) return true
  let xor = 0
  for (const character of line.slice(1, star)) xor ^= character.charCodeAt(0)
  return xor === Number.parseInt(line.slice(star + 1), 16)
}

function isProvenTelegram(telegram: string): boolean {
  const digits = /!([0-9A-Fa-f]{1,4})\s*$/.exec(telegram)
  if (!digits) return true
  const body = telegram.slice(0, telegram.lastIndexOf('!') + 1)
  return crc(Buffer.from(body, 'latin1'), 0) === Number.parseInt(digits[1]!, 16)
}

/** Bit by bit, as the standards print it. */
function crc(bytes: Iterable<number>, initial: number): number {
  let value = initial
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ 0xa001 : value >> 1
  }
  return value
}
