import type { ReadingLog } from '../log/log.ts'
import type { Millis, Seq } from '../reading.ts'
import { pageEvents } from './events.ts'
import type { StreamFilter } from './filter.ts'

/** A page of the log as bytes for a stream. */
export interface EncodedPage {
  /** Null when nothing matched and nothing was lost. The same buffer goes to many connections: never written to. */
  readonly bytes: Buffer | null
  /** Readings in it. */
  readonly count: number
  readonly next: Seq
  /** Where a client stands that was sent this page, when that is not simply at `next`. */
  readonly id?: string
  /** When to ask for another page, on the clock of `Turns.now`; unless said when there is more in the log. */
  readonly due?: Millis
}

/** Where a stream gets its pages from. */
export interface PageSource {
  read(after: Seq, filter: StreamFilter | null): Promise<EncodedPage>
}

export function encoded(text: string): Buffer | null {
  return text === '' ? null : Buffer.from(text)
}

/**
 * A slow client holds one page beyond its socket's buffer, and a catching-up one is served page by page in turn with
 * everybody else: about 85 KB, which keeps the first small and the second fast.
 */
export const readingsPerPage = 512

/**
 * A page is kept for so long: thousands of streams that are served in slices share it, and none is sent what is older by
 * more. What is held at once is what can be encoded in that time, a few MB at most.
 */
const keptMs: Millis = 10

/**
 * Pages read and encoded once for all connections that stand at the same position with the same filter. Those that come
 * later read a page that reaches further. An empty page is never kept: a reader would be given it again after the next
 * append, find itself behind, and so go round.
 */
export class Pages implements PageSource {
  readonly #log: ReadingLog
  readonly #held = new Map<string, Promise<EncodedPage>>()
  readonly #ready: string[] = []

  constructor(log: ReadingLog) {
    this.#log = log
  }

  read(after: Seq, filter: StreamFilter | null): Promise<EncodedPage> {
    const key = filter ? `${after} ${filter.key}` : `${after}`
    const held = this.#held.get(key)
    if (held) return held
    const page = this.#encode(after, filter).then(
      (encoded) => {
        if (encoded.bytes === null) this.#held.delete(key)
        else this.#dropLater(key)
        return encoded
      },
      (error) => {
        this.#held.delete(key)
        throw error
      },
    )
    this.#held.set(key, page)
    return page
  }

  async #encode(after: Seq, filter: StreamFilter | null): Promise<EncodedPage> {
    const page = await this.#log.read(after, filter, readingsPerPage)
    const text = pageEvents(this.#log.runs, this.#log.head, after, page)
    return { bytes: encoded(text), count: page.readings.length, next: page.next }
  }

  /** Those that become ready meanwhile are dropped with it, early rather than with a timer each. */
  #dropLater(key: string): void {
    if (this.#ready.push(key) > 1) return
    setTimeout(() => {
      for (const done of this.#ready.splice(0)) this.#held.delete(done)
    }, keptMs).unref()
  }
}
