import type { LoggedReading, Millis, Seq } from '../reading.ts'
import { askHistory } from './ask-history.ts'
import { toReadings } from './columns.ts'
import type { GatedReader } from './gated-reader.ts'
import type { Page, SeriesFilter, TimeRange } from './log.ts'
import { Newest } from './newest.ts'
import type { HistoryQuery, SeriesHistory } from './store.ts'
import type { WriteBehind } from './write-behind.ts'

/** One read searches at most this many readings in memory, so that a rare series never holds up the event loop. */
const searchMax = 65_536

/** Series of a filter up to which SQLite is given their ids. */
const idsMax = 256

/** Finds readings: in memory what the ring still holds, on disk what is older. */
export class Lookup {
  readonly #behind: WriteBehind
  readonly #reader: GatedReader
  readonly #newest: Newest
  readonly #floor: () => Seq

  /** @param floor tells the oldest number that is kept */
  constructor(behind: WriteBehind, reader: GatedReader, floor: () => Seq) {
    this.#behind = behind
    this.#reader = reader
    this.#newest = new Newest(behind, reader)
    this.#floor = floor
  }

  async read(after: Seq, filter: SeriesFilter | null, limit: number, times?: TimeRange): Promise<Page> {
    const { ring, series, committed, head } = this.#behind
    const choice = filter && series.choose(filter)
    if (choice?.ids.length === 0) return page(after, this.#floor(), { readings: [], next: head })
    const from = Math.max(after + 1, this.#floor())
    if (from >= ring.first) {
      const to = Math.min(head, from + searchMax - 1)
      return page(after, this.#floor(), ring.read(from, to, choice?.wanted ?? null, limit, times))
    }
    const all = !choice || choice.ids.length === series.count
    const { rows, next, floor } = await this.#reader.ask('read', {
      after,
      to: committed,
      choice: all ? null : { wanted: choice.wanted, ids: choice.ids.length > idsMax ? null : choice.ids },
      times: times ?? null,
      limit,
    })
    return page(after, floor, { readings: toReadings(rows, series.seriesOf), next })
  }

  async seek(time: Millis): Promise<Seq> {
    const { ring, head } = this.#behind
    // Before asking the disk: readings leave the ring meanwhile.
    const inRing = ring.seek(time, Math.max(ring.first, this.#floor()))
    const onDisk = this.#floor() < ring.first ? await this.#reader.ask('seek', { time, to: ring.first - 1 }) : null
    return onDisk === null ? (inRing ?? head + 1) - 1 : onDisk - 1
  }

  async seekLast(count: number, filter: SeriesFilter | null): Promise<Seq> {
    const { ring, series, head } = this.#behind
    if (count < 1) return head
    const wants = new Map<number, number>()
    for (const id of filter ? series.choose(filter).ids : series.all()) wants.set(id, count)
    const position = ring.countBack(wants, Math.max(ring.first, this.#floor())) ?? head
    if (wants.size === 0 || this.#floor() >= ring.first) return position
    const rest = { ids: Uint32Array.from(wants.keys()), wants: Uint32Array.from(wants.values()), to: ring.first - 1 }
    return (await this.#reader.ask('seekLast', rest)) ?? position
  }

  latest(): Promise<readonly LoggedReading[]> {
    return this.#newest.of(this.#behind.series.all(), this.#floor())
  }

  history(query: HistoryQuery): Promise<readonly SeriesHistory[]> {
    return askHistory(query, this.#behind, this.#reader, (ids) => this.#newest.of(ids, this.#floor()))
  }
}

function page(after: Seq, floor: Seq, { readings, next }: Page): Page {
  const reached = Math.max(after, next)
  if (after + 1 >= floor) return { readings, next: reached }
  return { readings, next: reached, lost: { from: after + 1, to: floor - 1 } }
}
