import type { ReadingLog } from '../log/log.ts'
import type { LoggedReading, Millis, Seq } from '../reading.ts'
import { Deadband, seriesKey } from './deadband.ts'
import { gapEvent } from './events.ts'
import type { StreamFilter } from './filter.ts'
import { type EncodedPage, encoded, type PageSource, readingsPerPage } from './pages.ts'
import { positionId, type Start, type Window, windowId } from './position.ts'
import { Summary } from './summary.ts'

/** Series summed up at once, some 1 MB for a stream. A window with more of them ends early. */
const seriesMax = 4096

/** Clocks, so that a test need not wait. */
export interface Clocks {
  /** Never jumps. */
  readonly steady: () => Millis
  /** Tells the time of day, for intervals that begin at whole minutes. */
  readonly wall: () => Millis
}

/**
 * One event a series and interval, for one stream. What is read falls into windows: stretches of the log of which each
 * series is told once, in the order of their last readings, so that sequence numbers go up as everywhere.
 *
 * Live, a window ends with the interval, by the wall clock, however the clocks of devices go. While catching up it ends
 * before the first reading that lies an interval after the first of its series; a retained one may be of any age and says
 * nothing. Where a window ended is part of the ids of its events but the last, so that a client that was cut off in the
 * middle is told exactly the rest, with the same figures.
 */
export class Intervals implements PageSource {
  readonly #log: ReadingLog
  readonly #everyMs: Millis
  readonly #clocks: Clocks
  readonly #deadband: Deadband | null
  readonly #summaries = new Map<string, Summary>()
  /** Everything up to here has been told. */
  #told: Seq
  /** The rest of a window that another connection began. */
  #rest: Window | null
  /** Has caught up, and waits for the end of each interval. */
  #live = false
  /** When the next window ends; null while nothing has come. */
  #due: Millis | null = null
  /** Events made since the last page. */
  #count = 0

  constructor(log: ReadingLog, everyMs: Millis, deadband: number | null, start: Start, clocks: Clocks) {
    this.#log = log
    this.#everyMs = everyMs
    this.#clocks = clocks
    this.#deadband = deadband === null ? null : new Deadband(deadband)
    this.#told = start.after
    this.#rest = start.window ?? null
    if (start.after >= log.head) this.#live = true
  }

  async read(after: Seq, filter: StreamFilter | null): Promise<EncodedPage> {
    const now = this.#clocks.steady()
    if (this.#live) {
      this.#due ??= this.#endOfInterval()
      if (now < this.#due) return this.#page('', after)
      // Held up for longer, by a client that did not read: it gets the intervals that it has missed.
      if (now > this.#due + this.#everyMs) this.#live = false
    }
    const page = await this.#log.read(after, filter, readingsPerPage)
    let text = page.lost ? this.#lose(page.lost) : ''
    for (const reading of page.readings) text += this.#take(reading)
    if (this.#rest && page.next >= this.#rest.upTo) text += this.#tell(this.#rest.upTo)
    if (page.next >= this.#log.head) {
      if (this.#live) text += this.#tell(page.next)
      else this.#live = true
      this.#due = null
    }
    if (this.#summaries.size === 0 && !this.#rest) this.#told = page.next
    else if (this.#live) this.#due ??= this.#endOfInterval()
    return this.#page(text, page.next)
  }

  #page(text: string, next: Seq): EncodedPage {
    const count = this.#count
    this.#count = 0
    return { bytes: encoded(text), count, next, id: this.#place(), ...(this.#due !== null && { due: this.#due }) }
  }

  /** Where the stream stands. */
  #place(): string {
    const { runs } = this.#log
    return this.#rest ? windowId(runs, this.#rest) : positionId(runs, this.#told)
  }

  #endOfInterval(): Millis {
    return this.#clocks.steady() + this.#everyMs - (this.#clocks.wall() % this.#everyMs)
  }

  #lose(lost: { from: Seq; to: Seq }): string {
    const rest = this.#rest
    const text = rest ? '' : this.#tell(lost.from - 1)
    // Of a window that lost its beginning, what was told before still holds.
    this.#rest = rest && rest.told > lost.to ? { ...rest, after: lost.to } : null
    this.#told = lost.to
    return text + gapEvent(this.#place(), { ...lost, reason: 'retention' })
  }

  /** Sums a reading up, after what has to be told before it. */
  #take(reading: LoggedReading): string {
    // Made once: it is most of what summing up costs.
    const key = seriesKey(reading)
    const text = this.#endsBefore(reading, key) ? this.#tell(reading.seq - 1) : ''
    const summary = this.#summaries.get(key)
    if (summary) summary.add(reading)
    else this.#summaries.set(key, new Summary(reading))
    return text
  }

  #endsBefore(reading: LoggedReading, key: string): boolean {
    if (this.#rest) return reading.seq > this.#rest.upTo
    const summary = this.#summaries.get(key)
    if (!summary) return this.#summaries.size >= seriesMax
    if (this.#live || reading.quality === 'stale') return false
    return Math.abs(reading.time - summary.begun) >= this.#everyMs
  }

  /** Ends the window at `upTo`. */
  #tell(upTo: Seq): string {
    const { runs } = this.#log
    const rest = this.#rest
    const after = rest?.after ?? this.#told
    const end = rest ? Math.min(upTo, rest.upTo) : upTo
    const due = [...this.#summaries]
      .filter(([, { last }]) => last.seq > (rest?.told ?? 0))
      .sort(([, a], [, b]) => a.last.seq - b.last.seq)
      .filter(([key, summary]) => this.#isNews(key, summary))
    const lines = due.map(([, summary], index) => {
      const told = summary.last.seq
      const id = index === due.length - 1 ? positionId(runs, told) : windowId(runs, { after, told, upTo: end })
      return `id: ${id}\ndata: ${summary.json()}\n\n`
    })
    this.#count += lines.length
    this.#summaries.clear()
    this.#told = upTo
    this.#rest = null
    return lines.join('')
  }

  #isNews(key: string, summary: Summary): boolean {
    if (!this.#deadband) return true
    const { min, max, last } = summary
    return this.#deadband.passes(key, ...(summary.hasNumbers ? [min, max] : []), last.value)
  }
}
