import type { LoggedReading, Millis, Reading, Seq } from '../reading.ts'
import { type Batch, flagsOf, kindBoolean, kindMask, kindNumber, kindText, qualityOf, toReading } from './columns.ts'
import type { Page, TimeRange } from './log.ts'
import { type SeriesTable, wellFormed } from './series-table.ts'

/** Text in the ring, in UTF-16 units: beyond that the oldest readings leave early, once they are on disk. */
const textMax = 8 * 1024 * 1024

/**
 * The newest readings in memory, as columns: the last `size` ones, and everything that is not on disk yet.
 * Their sequence numbers have no holes, since a ring begins empty with the run.
 */
export class Ring {
  readonly #series: SeriesTable
  readonly #size: number
  readonly #capacityMin: number
  #first: Seq
  #head: Seq
  // The reading of `seq` stands at `seq & (capacity - 1)`; the capacity is a power of two.
  #ids!: Uint32Array
  #times!: Float64Array
  #values!: Float64Array
  #flags!: Uint8Array
  /** In order of their sequence numbers, as a map keeps the order of insertion. */
  readonly #texts = new Map<Seq, string>()
  #textLength = 0

  constructor(series: SeriesTable, size: number, head: Seq) {
    this.#series = series
    this.#size = size
    this.#capacityMin = 2 ** Math.ceil(Math.log2(Math.max(size, 1024)))
    this.#first = head + 1
    this.#head = head
    this.#allocate(this.#capacityMin)
  }

  /** Oldest sequence number in the ring, head + 1 when it is empty. */
  get first(): Seq {
    return this.#first
  }

  get head(): Seq {
    return this.#head
  }

  /** Length of the text values held, in UTF-16 units. */
  get textLength(): number {
    return this.#textLength
  }

  /** Gives the reading the next sequence number. */
  push(reading: Reading): void {
    if (this.#head - this.#first + 1 === this.#ids.length) this.#resize(this.#ids.length * 2)
    const id = this.#series.intern(reading)
    const { value } = reading
    const seq = ++this.#head
    const slot = seq & (this.#ids.length - 1)
    this.#ids[slot] = id
    this.#times[slot] = reading.time
    this.#flags[slot] = flagsOf(reading)
    if (typeof value === 'string') {
      const text = wellFormed(value)
      this.#texts.set(seq, text)
      this.#textLength += text.length
    } else {
      // Zero has no sign on disk.
      this.#values[slot] = Number(value) + 0
    }
    this.#series.saw(id, seq)
  }

  /** Lets go of what is on disk, up to `committed`, and not among the newest. */
  release(committed: Seq): void {
    let first = Math.min(committed + 1, Math.max(this.#first, this.#head - this.#size + 1))
    for (const [seq, text] of this.#texts) {
      if (seq > committed || (seq >= first && this.#textLength <= textMax)) break
      this.#texts.delete(seq)
      this.#textLength -= text.length
      first = Math.max(first, seq + 1)
    }
    this.#first = Math.max(this.#first, first)
    const held = this.#head - this.#first + 1
    // After a disk was away the ring is as large as what had waited for it.
    if (this.#ids.length > 2 * this.#capacityMin && held <= this.#capacityMin) this.#resize(this.#capacityMin)
  }

  /** A copy of the readings from `from` to `to`, both included. */
  copy(from: Seq, to: Seq): Batch {
    const flags = this.#unroll(this.#flags, from, to)
    const texts: string[] = []
    if (this.#texts.size > 0)
      for (let i = 0; i < flags.length; i++)
        if ((flags[i]! & kindMask) === kindText) texts.push(this.#texts.get(from + i)!)
    return {
      first: from,
      series: this.#unroll(this.#ids, from, to),
      time: this.#unroll(this.#times, from, to),
      value: this.#unroll(this.#values, from, to),
      flags,
      texts,
    }
  }

  /** At most `limit` readings from `from` to `to`, of the wanted series (`null` wants all) and times. */
  read(from: Seq, to: Seq, wanted: Uint8Array | null, limit: number, times?: TimeRange): Page {
    const readings: LoggedReading[] = []
    const mask = this.#ids.length - 1
    for (let seq = from; seq <= to; seq++) {
      const slot = seq & mask
      if (wanted !== null && wanted[this.#ids[slot]!] !== 1) continue
      if (times && !(this.#times[slot]! >= times.from && this.#times[slot]! < times.to)) continue
      readings.push(this.at(seq))
      if (readings.length >= limit) return { readings, next: seq }
    }
    return { readings, next: to }
  }

  at(seq: Seq): LoggedReading {
    const slot = seq & (this.#ids.length - 1)
    const flags = this.#flags[slot]!
    const kind = flags & kindMask
    const value = this.#values[slot]!
    return toReading(
      this.#series.seriesOf(this.#ids[slot]!),
      seq,
      this.#times[slot]!,
      kind === kindNumber ? value : kind === kindBoolean ? value !== 0 : this.#texts.get(seq)!,
      qualityOf(flags),
    )
  }

  /** First number from `from` on whose reading's time is not before `time`. */
  seek(time: Millis, from: Seq): Seq | null {
    const mask = this.#ids.length - 1
    for (let seq = from; seq <= this.#head; seq++) if (this.#times[seq & mask]! >= time) return seq
    return null
  }

  /**
   * Counts readings from the head back to `from`: takes them off what is wanted of each series. Returns the position
   * before the oldest that counted, null when none did.
   */
  countBack(wants: Map<number, number>, from: Seq): Seq | null {
    const mask = this.#ids.length - 1
    let position: Seq | null = null
    for (let seq = this.#head; seq >= from && wants.size > 0; seq--) {
      const id = this.#ids[seq & mask]!
      const want = wants.get(id)
      if (want === undefined) continue
      position = seq - 1
      if (want === 1) wants.delete(id)
      else wants.set(id, want - 1)
    }
    return position
  }

  #resize(capacity: number): void {
    const { series, time, value, flags } = this.copy(this.#first, this.#head)
    const first = this.#first & (capacity - 1)
    this.#allocate(capacity)
    roll(this.#ids, series, first)
    roll(this.#times, time, first)
    roll(this.#values, value, first)
    roll(this.#flags, flags, first)
  }

  #allocate(capacity: number): void {
    this.#ids = new Uint32Array(capacity)
    this.#times = new Float64Array(capacity)
    this.#values = new Float64Array(capacity)
    this.#flags = new Uint8Array(capacity)
  }

  #unroll<T extends Stretch>(column: T, from: Seq, to: Seq): T {
    const copy = new (column.constructor as new (length: number) => T)(to - from + 1)
    const start = from & (column.length - 1)
    copy.set(column.subarray(start, start + copy.length))
    const wrapped = start + copy.length - column.length
    if (wrapped > 0) copy.set(column.subarray(0, wrapped), copy.length - wrapped)
    return copy
  }
}

type Stretch = Uint32Array | Float64Array | Uint8Array

/** Puts a stretch into a ring's column, from `start` on and round its end. */
function roll(column: Stretch, stretch: Stretch, start: number): void {
  const fits = column.length - start
  column.set(stretch.subarray(0, fits), start)
  if (stretch.length > fits) column.set(stretch.subarray(fits), 0)
}
