import type { Millis } from '../reading.ts'

export const minuteMs: Millis = 60_000
export const hourMs: Millis = 60 * minuteMs
export const dayMs: Millis = 24 * hourMs

/** What is kept of the readings of one series in one stretch of time. */
export interface Bucket {
  /** The stretch from `index` × width on; which width, its owner knows. */
  readonly index: number
  readonly count: number
  readonly min: number
  readonly max: number
  readonly sum: number
  /** In the order of the log; of longer stretches, of the earliest and latest shorter one. */
  readonly first: number
  readonly last: number
}

/** Numbers a bucket takes in `fields`: count, min, max, sum, first, last. */
const stride = 6

/** Sums up the readings of one series by equal stretches of time. */
export class Buckets {
  readonly width: Millis
  /** Where the fields of each index begin. */
  readonly #places = new Map<number, number>()
  // One array of doubles: an object a bucket would take three times the memory.
  readonly #fields: number[] = []
  #lastIndex = Number.NaN
  #lastPlace = 0

  constructor(width: Millis) {
    this.width = width
  }

  get size(): number {
    return this.#places.size
  }

  /** Adds one reading. */
  add(time: Millis, value: number): void {
    const index = Math.floor(time / this.width)
    const at = this.#placeOf(index)
    if (at < 0) this.#append(index, 1, value, value, value, value, value)
    else this.#join(at, 1, value, value, value, value)
  }

  /** Adds the readings of a bucket, which were appended after those that are here; `at` is when its time begins. */
  merge(at: Millis, { count, min, max, sum, first, last }: Bucket): void {
    const index = Math.floor(at / this.width)
    const place = this.#placeOf(index)
    if (place < 0) this.#append(index, count, min, max, sum, first, last)
    else this.#join(place, count, min, max, sum, last)
  }

  /** From the earliest to the latest. */
  inOrder(): Bucket[] {
    const fields = this.#fields
    return [...this.#places]
      .sort(([a], [b]) => a - b)
      .map(([index, at]) => ({
        index,
        count: fields[at]!,
        min: fields[at + 1]!,
        max: fields[at + 2]!,
        sum: fields[at + 3]!,
        first: fields[at + 4]!,
        last: fields[at + 5]!,
      }))
  }

  #placeOf(index: number): number {
    // Hot path: readings come in the order of time mostly.
    if (index === this.#lastIndex) return this.#lastPlace
    const place = this.#places.get(index)
    if (place === undefined) return -1
    this.#lastIndex = index
    this.#lastPlace = place
    return place
  }

  #append(index: number, ...fields: [number, number, number, number, number, number]): void {
    this.#lastIndex = index
    this.#lastPlace = this.#places.size * stride
    this.#places.set(index, this.#lastPlace)
    this.#fields.push(...fields)
  }

  #join(at: number, count: number, min: number, max: number, sum: number, last: number): void {
    const fields = this.#fields
    fields[at] = fields[at]! + count
    if (min < fields[at + 1]!) fields[at + 1] = min
    if (max > fields[at + 2]!) fields[at + 2] = max
    fields[at + 3] = fields[at + 3]! + sum
    fields[at + 5] = last
  }
}
