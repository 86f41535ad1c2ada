import type { Message } from './profile.ts'

export type BytesRule = NonNullable<Message['bytes']>
type ByteType = BytesRule['fields'][string]['type']

/** The bytes that a text stands for, behind what they begin with; null when it is not of that encoding or does not begin so. */
export function decodeBytes(text: string, encoding: BytesRule['encoding'], after: string | undefined): Buffer | null {
  if (encoding === 'decimal') return fromDecimal(text, after ?? '')
  const all = encoding === 'hex' ? fromHex(text) : Buffer.from(text, 'base64')
  return all && behind(all, after)
}

/** What follows the first occurrence of the marker, given as hex digits. */
export function behind(bytes: Buffer, marker: string | undefined): Buffer | null {
  if (marker === undefined) return bytes
  const head = Buffer.from(marker, 'hex')
  const at = bytes.indexOf(head)
  return at < 0 ? null : bytes.subarray(at + head.length)
}

/** The number at an offset (negative from the end); undefined beyond the end. */
export function readNumber(bytes: Buffer, offset: number, type: ByteType): number | undefined {
  const at = offset < 0 ? bytes.length + offset : offset
  if (at < 0 || at + sizeOf(type) > bytes.length) return undefined
  return readers[type](bytes, at)
}

/** Bits of an unsigned number: the lowest one, and how many. */
export function pickBits(value: number, low: number, count: number): number {
  return Math.floor(value / 2 ** low) % 2 ** count
}

/** How many bytes a number of that type takes. */
export function sizeOf(type: ByteType): number {
  return sizes[type.replace(/[bl]e$/, '')]!
}

const sizes: Record<string, number> = {
  ...{ u8: 1, i8: 1, u16: 2, i16: 2, u24: 3, i24: 3, u32: 4, i32: 4, u64: 8, i64: 8, f32: 4, f64: 8 },
}

type Reader = (bytes: Buffer, at: number) => number

const readers: Record<ByteType, Reader> = {
  u8: (b, at) => b.readUInt8(at),
  i8: (b, at) => b.readInt8(at),
  u8be: (b, at) => b.readUInt8(at),
  u8le: (b, at) => b.readUInt8(at),
  i8be: (b, at) => b.readInt8(at),
  i8le: (b, at) => b.readInt8(at),
  u16be: (b, at) => b.readUInt16BE(at),
  u16le: (b, at) => b.readUInt16LE(at),
  i16be: (b, at) => b.readInt16BE(at),
  i16le: (b, at) => b.readInt16LE(at),
  u24be: (b, at) => b.readUIntBE(at, 3),
  u24le: (b, at) => b.readUIntLE(at, 3),
  i24be: (b, at) => b.readIntBE(at, 3),
  i24le: (b, at) => b.readIntLE(at, 3),
  u32be: (b, at) => b.readUInt32BE(at),
  u32le: (b, at) => b.readUInt32LE(at),
  i32be: (b, at) => b.readInt32BE(at),
  i32le: (b, at) => b.readInt32LE(at),
  u64be: (b, at) => Number(b.readBigUInt64BE(at)),
  u64le: (b, at) => Number(b.readBigUInt64LE(at)),
  i64be: (b, at) => Number(b.readBigInt64BE(at)),
  i64le: (b, at) => Number(b.readBigInt64LE(at)),
  f32be: (b, at) => shortest(b.readFloatBE(at)),
  f32le: (b, at) => shortest(b.readFloatLE(at)),
  f64be: (b, at) => b.readDoubleBE(at),
  f64le: (b, at) => b.readDoubleLE(at),
}

/** A float32 holds seven digits: 230.2 comes as 230.1999969482422, and the rest is noise. */
function shortest(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(7)) : value
}

function fromHex(text: string): Buffer | null {
  const digits = text.trim()
  return digits.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(digits) ? Buffer.from(digits, 'hex') : null
}

/** `OK 9 56 1 4 156 37`: bytes as decimal numbers between spaces, behind the text they begin with. */
function fromDecimal(text: string, after: string): Buffer | null {
  const line = text.trim()
  if (!line.startsWith(after)) return null
  const numbers = line.slice(after.length).trim().split(/\s+/)
  return numbers.every((number) => /^\d{1,3}$/.test(number) && Number(number) < 256)
    ? Buffer.from(numbers.map(Number))
    : null
}
