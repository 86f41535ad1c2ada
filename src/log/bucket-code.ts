import { GatewayError } from '../errors.ts'
import type { Bucket } from './buckets.ts'
import { damageHint } from './explain.ts'

/**
 * Buckets as bytes, so that a minute in which a sensor spoke once takes about three. Sensors send decimals: where all
 * numbers of a blob are whole ones over the same power of ten, those are written, as differences from their neighbours
 * and in LEB128; otherwise doubles. First comes the power (or `doubles`), then for each bucket the distance from the one
 * before, and whether it holds more than one reading; then the reading, or count, first, last, min, max and sum.
 */

const doubles = 255
const powerMax = 12

/** Whole numbers up to here: their differences stay exact, and fit into LEB128 with a sign. */
const wholeMax = 2 ** 50

/** Encodes buckets in ascending order of their index, all from `base` on. */
export function encodeBuckets(buckets: readonly Bucket[], base: number): Uint8Array {
  const power = powerOf(buckets)
  const out = new Sink(power)
  let index = base
  let before = 0
  for (const bucket of buckets) {
    out.whole((bucket.index - index) * 2 + (bucket.count > 1 ? 1 : 0))
    index = bucket.index + 1
    if (bucket.count > 1) out.whole(bucket.count)
    const first = out.number(bucket.first, before)
    before = first
    if (bucket.count === 1) continue
    before = out.number(bucket.last, first)
    out.number(bucket.min, first)
    out.number(bucket.max, first)
    out.number(bucket.sum, first * bucket.count)
  }
  return out.bytes()
}

/**
 * The buckets of a blob, with the `base` that it was encoded with.
 * @throws GatewayError `corrupt` when it ends in the middle of a number
 */
export function decodeBuckets(blob: Uint8Array, base: number): Bucket[] {
  const source = new Source(blob)
  const buckets: Bucket[] = []
  let index = base
  let before = 0
  while (!source.done) {
    const head = source.whole()
    index += Math.floor(head / 2)
    const count = head % 2 === 1 ? source.whole() : 1
    const firstWhole = source.number(before)
    const first = source.valueOf(firstWhole)
    before = firstWhole
    if (count === 1) {
      buckets.push({ index, count, min: first, max: first, sum: first, first, last: first })
    } else {
      before = source.number(firstWhole)
      const last = source.valueOf(before)
      const min = source.valueOf(source.number(firstWhole))
      const max = source.valueOf(source.number(firstWhole))
      const sum = source.valueOf(source.number(firstWhole * count))
      buckets.push({ index, count, min, max, sum, first, last })
    }
    index++
  }
  return buckets
}

/** The least power of ten over which all numbers are whole; `doubles` where there is none. */
function powerOf(buckets: readonly Bucket[]): number {
  let power = 0
  const raise = (fits: (power: number) => boolean) => {
    while (power <= powerMax && !fits(power)) power++
  }
  for (const { count, min, max, sum, first, last } of buckets) {
    for (const value of [min, max, first, last]) raise((p) => isWhole(value, p))
    // A sum of decimals is off by rounding, and the whole number is the better one.
    const tolerance = 16 * Number.EPSILON * Math.max(Math.abs(min), Math.abs(max)) * count
    raise((p) => Math.abs(Math.round(sum * 10 ** p) / 10 ** p - sum) <= tolerance)
  }
  const scale = 10 ** power
  const fits = buckets.every(
    ({ count, min, max, sum }) =>
      Math.max(Math.abs(min), Math.abs(max)) * count * scale + Math.abs(sum) * scale <= wholeMax,
  )
  return power <= powerMax && fits ? power : doubles
}

function isWhole(value: number, power: number): boolean {
  return Math.round(value * 10 ** power) / 10 ** power === value
}

class Sink {
  readonly #bytes: number[]
  readonly #scale: number
  readonly #double = new DataView(new ArrayBuffer(8))

  constructor(power: number) {
    this.#bytes = [power]
    this.#scale = power === doubles ? 0 : 10 ** power
  }

  whole(number: number): void {
    let rest = number
    for (; rest > 127; rest = Math.floor(rest / 128)) this.#bytes.push((rest % 128) | 128)
    this.#bytes.push(rest)
  }

  /** Writes the value, as its distance from `near` where it is a whole one; returns what stands for it as a neighbour. */
  number(value: number, near: number): number {
    if (this.#scale === 0) {
      this.#double.setFloat64(0, value)
      for (let i = 0; i < 8; i++) this.#bytes.push(this.#double.getUint8(i))
      return 0
    }
    const number = Math.round(value * this.#scale)
    const distance = number - near
    this.whole(distance < 0 ? -distance * 2 - 1 : distance * 2)
    return number
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}

class Source {
  readonly #blob: Uint8Array
  readonly #view: DataView
  readonly #scale: number
  #at = 1

  constructor(blob: Uint8Array) {
    this.#blob = blob
    this.#view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
    this.#scale = blob[0] === doubles ? 0 : 10 ** blob[0]!
  }

  get done(): boolean {
    return this.#at >= this.#blob.length
  }

  whole(): number {
    let number = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#blob[this.#at++]
      if (byte === undefined) throw new GatewayError('corrupt', 'what charts are drawn from is damaged', damageHint)
      number += (byte & 127) * scale
      if (byte < 128) return number
    }
  }

  /** A whole number that was written near `near`; of doubles, the value itself. */
  number(near: number): number {
    if (this.#scale === 0) {
      this.#at += 8
      return this.#view.getFloat64(this.#at - 8)
    }
    const sign = this.whole()
    return near + (sign % 2 === 1 ? -(sign + 1) / 2 : sign / 2)
  }

  valueOf(number: number): number {
    return this.#scale === 0 ? number : number / this.#scale
  }
}
