import { constants, crc32, deflateRawSync } from 'node:zlib'

/**
 * Gzip (RFC 1952) of which every part can be shared: a block that ends with a full flush refers to nothing before it and
 * ends on a byte (RFC 1951 §3.2.4), so that the same compressed page fits into every connection's stream. Only the
 * check sum at the end is a connection's own, and that is reckoned from the sums of the blocks.
 */

/** RFC 1952 §2.3: deflate, no flags, no time, no system. */
export const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

/** Below, compressing saves little and takes longer than sending. */
const storedBelow = 256

interface Block {
  readonly deflated: Buffer
  readonly crc: number
  /** What a check sum is multiplied with when so many bytes follow it. */
  readonly shift: number
}

/** By the plain bytes, which are the same buffer for all connections in step; gone with them. */
const blocks = new WeakMap<Buffer, Block>()

/** One connection's gzip stream: the header, blocks, and a trailer without which readers take the end for a cut. */
export class GzipStream {
  #crc = 0
  #size = 0

  /** The bytes to send for these. */
  add(bytes: Buffer): Buffer {
    const block = blockOf(bytes)
    this.#crc = (multiply(block.shift, this.#crc) ^ block.crc) >>> 0
    this.#size = (this.#size + bytes.length) >>> 0
    return block.deflated
  }

  /** An empty last block, the CRC-32 and the size modulo 2^32 of everything before. */
  end(): Buffer {
    const trailer = Buffer.alloc(10)
    trailer.writeUInt16LE(0x0003)
    trailer.writeUInt32LE(this.#crc, 2)
    trailer.writeUInt32LE(this.#size, 6)
    return trailer
  }
}

function blockOf(bytes: Buffer): Block {
  const known = blocks.get(bytes)
  if (known) return known
  const block = {
    deflated: bytes.length < storedBelow ? stored(bytes) : deflated(bytes),
    crc: crc32(bytes),
    shift: powerOfX(8 * bytes.length),
  }
  blocks.set(bytes, block)
  return block
}

/** Level 1: events are so alike that higher ones shrink them no further, and take three times as long. */
function deflated(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, { level: 1, finishFlush: constants.Z_FULL_FLUSH })
}

/**
 * RFC 1951 §3.2.4: a block that is not compressed; its length, and that once more inverted. An empty one follows, as
 * after every flush: it is what makes Go's reader (Caddy's) hand on what it has.
 */
function stored(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt16LE(bytes.length, 1)
  head.writeUInt16LE(~bytes.length & 0xffff, 3)
  return Buffer.concat([head, bytes, flushed])
}

const flushed = Buffer.from([0, 0, 0, 0xff, 0xff])

/** CRC-32 as polynomials over GF(2), the lowest power in the highest bit (RFC 1952 §8). */
const polynomial = 0xedb88320
const one = 0x8000_0000

/** The product of two polynomials, modulo the one of CRC-32. */
function multiply(a: number, b: number): number {
  let product = 0
  let power = b
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= power
    power = power & 1 ? (power >>> 1) ^ polynomial : power >>> 1
  }
  return product >>> 0
}

/** x to the power of 1, 2, 4, 8, …: a page has fewer than 2^31 bits. */
const squares = [0x4000_0000]
while (squares.length < 32) squares.push(multiply(squares.at(-1)!, squares.at(-1)!))

function powerOfX(exponent: number): number {
  let power = one
  for (let i = 0, rest = exponent; rest > 0; i++, rest = Math.floor(rest / 2))
    if (rest % 2 === 1) power = multiply(squares[i % 32]!, power)
  return power
}
