import type { LoggedReading, Millis } from '../reading.ts'
import { readingJson } from './json.ts'

/** The readings of one series in a window, as one: the last of them, and figures of all. */
export class Summary {
  /** Time of the first one. */
  readonly begun: Millis
  last: LoggedReading
  count = 0
  /** Of the numbers; infinite while there are none. */
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY
  #mean = 0
  #numbers = 0

  constructor(first: LoggedReading) {
    this.begun = first.time
    this.last = first
    this.add(first)
  }

  add(reading: LoggedReading): void {
    this.last = reading
    this.count++
    const { value } = reading
    if (typeof value !== 'number') return
    this.#numbers++
    if (value < this.min) this.min = value
    if (value > this.max) this.max = value
    // A running mean, since the sum of numbers that are finite may not be.
    const share = 1 / this.#numbers
    this.#mean = this.#mean * (1 - share) + value * share
  }

  /** Whether `min`, `max` and a mean exist. */
  get hasNumbers(): boolean {
    return this.#numbers > 0
  }

  /** As events tell it: the last reading with `min`, `max`, `mean` (of the numbers) and `count`. */
  json(): string {
    const head = readingJson(this.last).slice(0, -1)
    if (!this.hasNumbers) return `${head},"count":${this.count}}`
    // Twelve digits hold what sensors mean, and not the noise of adding in binary.
    const mean = Math.min(this.max, Math.max(this.min, Number(this.#mean.toPrecision(12))))
    return `${head},"min":${this.min},"max":${this.max},"mean":${mean},"count":${this.count}}`
  }
}
