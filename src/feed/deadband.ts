import type { ReadingLog } from '../log/log.ts'
import type { LoggedReading, Seq, Series, Value } from '../reading.ts'
import { pageEvents } from './events.ts'
import type { StreamFilter } from './filter.ts'
import { type EncodedPage, encoded, type PageSource, readingsPerPage } from './pages.ts'

/** Series whose last told value is remembered, 1 MB at most. Beyond them the longest known is told once more. */
const seriesMax = 10_000

/** What tells series apart within one stream. */
export function seriesKey({ device, metric, channel, unit }: Series): string {
  return `${device}\0${metric}\0${unit ?? ''}\0${channel ?? '\0'}`
}

/**
 * Lets pass what differs from the last value told of the same series by at least the width, and what is no number when
 * it differs at all. It knows nothing at first, so that after each connection every series is told once: a client is
 * never further from the truth than the width.
 */
export class Deadband {
  readonly #width: number
  readonly #told = new Map<string, Value>()

  /** `width` in the unit of each series. */
  constructor(width: number) {
    this.#width = width
  }

  /** Whether one of the values (the last of them the newest) is worth telling; that makes the newest the last told. */
  passes(key: string, ...values: readonly Value[]): boolean {
    const told = this.#told.get(key)
    if (told !== undefined && !values.some((value) => this.#differs(told, value))) return false
    this.#told.delete(key)
    this.#told.set(key, values.at(-1)!)
    if (this.#told.size > seriesMax) this.#told.delete(this.#told.keys().next().value!)
    return true
  }

  #differs(told: Value, value: Value): boolean {
    if (typeof told !== 'number' || typeof value !== 'number') return told !== value
    // 0.3 − 0.2 is a little less than 0.1 in binary, and meant to be 0.1.
    return Math.abs(told - value) >= this.#width * (1 - 1e-9)
  }
}

/** Pages of one stream with a deadband. */
export class DeadbandPages implements PageSource {
  readonly #log: ReadingLog
  readonly #deadband: Deadband

  constructor(log: ReadingLog, width: number) {
    this.#log = log
    this.#deadband = new Deadband(width)
  }

  async read(after: Seq, filter: StreamFilter | null): Promise<EncodedPage> {
    const page = await this.#log.read(after, filter, readingsPerPage)
    const readings = page.readings.filter((reading: LoggedReading) =>
      this.#deadband.passes(seriesKey(reading), reading.value),
    )
    const text = pageEvents(this.#log.runs, this.#log.head, after, { ...page, readings })
    return { bytes: encoded(text), count: readings.length, next: page.next }
  }
}
