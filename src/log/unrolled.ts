import type Database from 'better-sqlite3'
import type { Millis, Seq } from '../reading.ts'
import { Buckets, hourMs, minuteMs } from './buckets.ts'
import { kindMask, kindText } from './columns.ts'
import type { Rolled } from './rolled.ts'

/** Rows fetched in one go. */
const rowsAtOnce = 8192

/** Times that a key cannot hold come from a broken clock: years below 0 and above 9999. */
const timeMin: Millis = Date.parse('0000-01-01T00:00:00.000Z')
const timeMax: Millis = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * The readings that the rollups on disk do not hold, summed up by minutes: what the next rollup writes, and what a query
 * adds to those on disk. Nothing of it needs to be kept over a restart, since it is read from the log.
 */
export class Unrolled {
  readonly #rolled: Rolled
  readonly #except: number | null
  readonly #rows: Database.Statement
  #bySeries = new Map<number, Buckets>()
  #size = 0
  #next: Seq
  #firstExcept: Seq | null = null

  /** What lies behind `rolled`, but for the hour `except`. */
  constructor(db: Database.Database, rolled: Rolled, except: number | null = null) {
    this.#rolled = rolled
    this.#except = except
    this.#rows = db
      .prepare(
        'SELECT seq, series, time, iif(flags & 3 = 2, NULL, value), flags FROM reading WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?',
      )
      .raw()
    // Of what is held already, nothing would be taken.
    this.#next =
      except !== null && except === rolled.held ? rolled.upTo + 1 : Math.min(rolled.heldFrom, rolled.upTo + 1)
  }

  /** By series, in the order in which they were met. */
  get bySeries(): ReadonlyMap<number, Buckets> {
    return this.#bySeries
  }

  /** Minutes of all series. */
  get size(): number {
    return this.#size
  }

  /** How far the log was searched. */
  get reached(): Seq {
    return this.#next - 1
  }

  /** Number of the first reading that was left out for its hour, null while none was met. */
  get firstExcept(): Seq | null {
    return this.#firstExcept
  }

  /** Takes the next few thousand readings up to `to`. Whether there are more. */
  step(to: Seq): boolean {
    if (this.#next > to) return false
    const rows = this.#rows.all(this.#next, to, rowsAtOnce) as [Seq, number, Millis | null, number | null, number][]
    for (const [seq, series, time, value, flags] of rows) {
      if (time === null || value === null || (flags & kindMask) === kindText) continue
      if (time >= timeMin && time <= timeMax) this.#take(seq, series, time, value)
    }
    this.#next = rows.length < rowsAtOnce ? to + 1 : rows.at(-1)![0] + 1
    return this.#next <= to
  }

  #take(seq: Seq, series: number, time: Millis, value: number): void {
    const hour = Math.floor(time / hourMs)
    if (hour === this.#except) {
      // Earlier ones were ahead of their hour, and are written already.
      if (seq > this.#rolled.upTo) this.#firstExcept ??= seq
      return
    }
    if (seq <= this.#rolled.upTo && hour !== this.#rolled.held) return
    let buckets = this.#bySeries.get(series)
    if (!buckets) {
      buckets = new Buckets(minuteMs)
      this.#bySeries.set(series, buckets)
    }
    this.#size -= buckets.size
    buckets.add(time, value)
    this.#size += buckets.size
  }
}
