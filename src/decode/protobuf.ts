/**
 * Reads the fields of a Protocol Buffers message one after the other, without a schema
 * (https://protobuf.dev/programming-guides/encoding/). Nothing is copied and nothing is allocated by what the bytes claim: a length beyond
 * the end only makes the message `broken`.
 */
export class FieldReader {
  /** Number of the field that `next` came to. */
  field = 0
  wire: WireType = 0
  /** Value of a varint, or of four or eight fixed bytes: its lower and upper 32 bits. */
  low = 0
  high = 0
  /** Content of a field with a length. */
  bytes: Uint8Array = empty
  broken = false
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Goes on to the next field; false at the end, and when what follows is not a field. */
  next(): boolean {
    if (this.broken || this.#at >= this.#bytes.length) return false
    this.broken = !(this.#varint() && this.#content())
    return !this.broken
  }

  /** The value as an unsigned integer; beyond 2^53 it is not exact. */
  get unsigned(): number {
    return this.high * 2 ** 32 + this.low
  }

  /** The value as a signed 64-bit integer in two's complement. */
  get signed(): number {
    return (this.high | 0) * 2 ** 32 + this.low
  }

  /** Four bytes as a float, in as few digits as tell it from its neighbours: 21.1, not 21.100000381. */
  get float(): number {
    const value = this.#view.getFloat32(this.#at - 4, true)
    for (let digits = 6; digits < 9; digits++) {
      const short = Number(value.toPrecision(digits))
      if (Math.fround(short) === value) return short
    }
    return value
  }

  get double(): number {
    return this.#view.getFloat64(this.#at - 8, true)
  }

  #content(): boolean {
    this.field = (this.low >>> 3) + this.high * 2 ** 29
    const wire = this.low & 7
    if (this.field === 0) return false
    this.wire = wire as WireType
    if (wire === 0) return this.#varint()
    if (wire === 1) return this.#fixed(8)
    if (wire === 5) return this.#fixed(4)
    // 3 and 4 are groups, which are long gone from the language.
    return wire === 2 && this.#varint() && this.#slice(this.unsigned)
  }

  #varint(): boolean {
    let low = 0
    let high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) return false
      const bits = byte & 0x7f
      if (shift < 28) low |= bits << shift
      else if (shift === 28) {
        low |= bits << 28
        high = bits >>> 4
      } else if (shift < 63) high |= bits << (shift - 32)
      else high |= (bits & 1) << 31
      if (byte < 0x80) {
        this.low = low >>> 0
        this.high = high >>> 0
        return true
      }
    }
    return false
  }

  #fixed(length: 4 | 8): boolean {
    if (this.#at + length > this.#bytes.length) return false
    this.low = this.#view.getUint32(this.#at, true)
    this.high = length === 8 ? this.#view.getUint32(this.#at + 4, true) : 0
    this.#at += length
    return true
  }

  #slice(length: number): boolean {
    const end = this.#at + length
    if (end > this.#bytes.length) return false
    this.bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return true
  }
}

/** 0 varint, 1 eight bytes, 2 with a length, 5 four bytes. */
export type WireType = 0 | 1 | 2 | 5

const empty = new Uint8Array(0)

/** The bytes of a field that holds a varint. Of safe integers only. */
export function varintField(field: number, value: number): number[] {
  return [...varint(field * 8), ...varint(value)]
}

/** The bytes of a field with a length. */
export function bytesField(field: number, content: Iterable<number>): number[] {
  const bytes = [...content]
  return [...varint(field * 8 + 2), ...varint(bytes.length), ...bytes]
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return [...bytes, rest]
}
