import type { ReadingLog } from '../log/log.ts'
import type { Millis } from '../reading.ts'
import type { DeviceDirectory } from './devices.ts'
import { cursorEvent, deviceEvent, openingEvents } from './events.ts'
import type { StreamFilter, TagSource } from './filter.ts'
import { type PageSource, Pages } from './pages.ts'
import { positionId, type Start } from './position.ts'
import { type Thinning, thinned } from './thinning.ts'
import { type Reader, Turns } from './turns.ts'

/** What all streams share: the log they follow, pages encoded once for many, and whose turn it is. */
export class Feed {
  readonly log: ReadingLog
  readonly pages: Pages
  readonly turns: Turns
  /** Readings handed to connections so far. */
  delivered = 0
  readonly #directory: DeviceDirectory
  /** Events of the latest status changes by what a reader has seen and may see; forgotten when there are newer ones. */
  readonly #news = new Map<string, Buffer | null>()
  #newsUpTo = 0

  /** `quietMs`: after so much quiet a stream says where it stands; 15 s unless said. */
  constructor(log: ReadingLog, directory: DeviceDirectory, quietMs?: Millis) {
    this.log = log
    this.pages = new Pages(log)
    this.turns = new Turns(log, () => directory.changes, quietMs)
    this.#directory = directory
    directory.onChange = () => this.turns.pass()
  }

  /** What devices are tagged with, for filters. */
  get tags(): TagSource {
    return this.#directory
  }

  /** A reader that stands at `place`, the events that tell its client so, and where its pages come from. */
  open(place: Start, thinning: Thinning = {}): { reader: Reader; opening: string; pages: PageSource } {
    const { runs, head, floor } = this.log
    // Without intervals there is no rest of one to tell: the stream stands at its beginning, and says so.
    const { window, ...whole } = place
    const start = thinning.everyMs === undefined ? whole : place
    const reader = {
      place: start.after,
      id: null,
      due: null,
      changes: this.#directory.changes,
      sentAt: this.turns.now,
      closed: false,
      wake: null,
    }
    const opening = openingEvents(runs, start, { head, oldest: floor })
    const clocks = { steady: () => this.turns.now, wall: () => Date.now() }
    return { reader, opening, pages: thinned(this.log, thinning, start, clocks) ?? this.pages }
  }

  /** Events of devices that changed since the reader was last told; null for none. */
  news(reader: Reader, filter: StreamFilter | null): Buffer | null {
    const after = reader.changes
    const upTo = this.#directory.changes
    if (after === upTo) return null
    reader.changes = upTo
    if (this.#newsUpTo !== upTo) {
      this.#newsUpTo = upTo
      this.#news.clear()
    }
    const key = filter ? `${after} ${filter.key}` : `${after}`
    const held = this.#news.get(key)
    if (held !== undefined) return held
    const changed = this.#directory.changedSince(after).filter(({ id }) => !filter || filter.matchesDevice(id))
    const text = changed.map(deviceEvent).join('')
    const bytes = text === '' ? null : Buffer.from(text)
    this.#news.set(key, bytes)
    return bytes
  }

  /** A cursor when the reader has sent nothing for long. */
  heartbeat(reader: Reader): Buffer | null {
    if (reader.sentAt > this.turns.now - this.turns.quietMs) return null
    return Buffer.from(cursorEvent(reader.id ?? positionId(this.log.runs, reader.place), { head: this.log.head }))
  }

  close(): void {
    this.turns.stop()
  }
}
