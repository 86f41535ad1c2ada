import { GatewayError } from '../errors.ts'
import type { Millis, Seq } from '../reading.ts'
import type { Batch } from './columns.ts'
import { damageHint } from './explain.ts'

/**
 * Readings a block of the index covers, by number: block n holds the numbers from n × 4,096 on. Scanning one takes a
 * tenth of a millisecond, and its row costs a twentieth of a byte a reading.
 */
export const blockReadings = 4096

/** What the index says of a block. */
export interface Block {
  readonly id: number
  readonly first: Seq
  readonly last: Seq
  readonly minTime: Millis
  readonly maxTime: Millis
  /** Which series are in it, and how many readings of each: see `encodeCounts`. */
  readonly series: Uint8Array
}

export function blockOf(seq: Seq): number {
  return Math.floor(seq / blockReadings)
}

/** The block that is being filled. It is written when it is full; after a crash it is read from the log again. */
export class OpenBlock {
  #first: Seq = 0
  #last: Seq = 0
  #minTime: Millis = Number.POSITIVE_INFINITY
  #maxTime: Millis = Number.NEGATIVE_INFINITY
  readonly #counts = new Map<number, number>()

  get last(): Seq {
    return this.#last
  }

  /** Adds a batch and returns the blocks that it completed. */
  add({ first, series, time }: Batch): Block[] {
    const full: Block[] = []
    for (let i = 0; i < series.length; i++) {
      if (this.#first !== 0 && blockOf(first + i) !== blockOf(this.#first)) full.push(...this.finish())
      this.addOne(first + i, series[i]!, time[i]!)
    }
    return full
  }

  addOne(seq: Seq, series: number, time: Millis): void {
    if (this.#first === 0) this.#first = seq
    this.#last = seq
    if (time < this.#minTime) this.#minTime = time
    if (time > this.#maxTime) this.#maxTime = time
    this.#counts.set(series, (this.#counts.get(series) ?? 0) + 1)
  }

  /** Takes out what it holds: one block, or none when it is empty. */
  finish(): Block[] {
    if (this.#first === 0) return []
    const block: Block = {
      id: blockOf(this.#first),
      first: this.#first,
      last: this.#last,
      minTime: this.#minTime,
      maxTime: this.#maxTime,
      series: encodeCounts(this.#counts),
    }
    this.clear()
    return [block]
  }

  clear(): void {
    this.#first = 0
    this.#last = 0
    this.#minTime = Number.POSITIVE_INFINITY
    this.#maxTime = Number.NEGATIVE_INFINITY
    this.#counts.clear()
  }
}

/** Ascending ids, each as its distance from the one before and its count, in LEB128: two bytes a series mostly. */
export function encodeCounts(counts: ReadonlyMap<number, number>): Uint8Array {
  const bytes: number[] = []
  const put = (number: number) => {
    let rest = number
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
    bytes.push(rest)
  }
  let before = 0
  for (const [id, count] of [...counts].sort(([a], [b]) => a - b)) {
    put(id - before)
    put(count)
    before = id
  }
  return Uint8Array.from(bytes)
}

/**
 * Visits each series in the block with its count, ascending, until `visit` returns true; whether it did.
 * @throws GatewayError `corrupt` when it ends in the middle of a number
 */
export function someCount(series: Uint8Array, visit: (id: number, count: number) => boolean): boolean {
  let at = 0
  let id = 0
  const take = () => {
    let number = 0
    for (let shift = 0; ; shift += 7) {
      const byte = series[at++]
      if (byte === undefined) throw new GatewayError('corrupt', 'the block index is damaged', damageHint)
      number |= (byte & 127) << shift
      if (byte < 128) return number
    }
  }
  while (at < series.length) {
    id += take()
    if (visit(id, take())) return true
  }
  return false
}
