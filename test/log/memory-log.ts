import { randomBytes } from 'node:crypto'
import type { Page, ReadingLog, Run, SeriesFilter, TimeRange, WaitOptions } from '../../src/log/log.ts'
import { Waiters } from '../../src/log/waiters.ts'
import type { LoggedReading, Millis, Reading, Seq } from '../../src/reading.ts'

/** One read searches at most this many readings, so that a rare series never holds up the event loop. */
const searchMax = 65_536

/**
 * A log that lives in memory only: the contract at its plainest, for tests and as a yardstick.
 * `retain` drops from the old end, as retention does.
 */
export class MemoryLog implements ReadingLog {
  readonly runs: readonly Run[] = [{ id: randomBytes(4).toString('hex'), first: 1 }]
  #readings: LoggedReading[] = []
  #floor: Seq = 1
  #head: Seq = 0
  readonly #waiters = new Waiters(() => this.head)

  get head(): Seq {
    return this.#head
  }

  get durableHead(): Seq {
    return this.#head
  }

  get floor(): Seq {
    return this.#floor
  }

  append(readings: readonly Reading[]): Seq {
    for (const reading of readings) this.#readings.push({ ...reading, seq: ++this.#head })
    if (readings.length > 0) this.#waiters.moved()
    return this.#head
  }

  async durable(): Promise<void> {}

  commitSoon(): void {}

  async read(after: Seq, filter: SeriesFilter | null, limit: number, times?: TimeRange): Promise<Page> {
    const start = Math.max(after + 1, this.#floor)
    const end = Math.min(this.#head, start + searchMax - 1)
    const readings: LoggedReading[] = []
    let next = Math.max(after, end)
    for (let seq = start; seq <= end; seq++) {
      const reading = this.#readings[seq - this.#floor]!
      if (filter && !filter.matches(reading)) continue
      if (times && !(reading.time >= times.from && reading.time < times.to)) continue
      readings.push(reading)
      if (readings.length >= limit) {
        next = seq
        break
      }
    }
    const lost = after + 1 < this.#floor ? { from: after + 1, to: this.#floor - 1 } : undefined
    return { readings, next, ...(lost && { lost }) }
  }

  wait(after: Seq, options?: WaitOptions): Promise<boolean> {
    return this.#waiters.wait(after, options)
  }

  async seek(time: Millis): Promise<Seq> {
    const index = this.#readings.findIndex((reading) => reading.time >= time)
    return index < 0 ? this.#head : this.#floor + index - 1
  }

  async seekLast(count: number, filter: SeriesFilter | null): Promise<Seq> {
    const seen = new Map<string, number>()
    let position = this.#head
    for (let i = this.#readings.length - 1; i >= 0; i--) {
      const reading = this.#readings[i]!
      if (filter && !filter.matches(reading)) continue
      const key = JSON.stringify([reading.device, reading.metric, reading.channel, reading.unit])
      const already = seen.get(key) ?? 0
      if (already >= count) continue
      seen.set(key, already + 1)
      position = reading.seq - 1
    }
    return position
  }

  /** Drops everything before `floor`, as retention does. */
  retain(floor: Seq): void {
    const to = Math.min(Math.max(floor, this.#floor), this.#head + 1)
    this.#readings.splice(0, to - this.#floor)
    this.#floor = to
  }
}
