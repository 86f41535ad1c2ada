import type { ReadingLog } from '../log/log.ts'
import type { Millis, Seq } from '../reading.ts'

/** A stream that waits for its next turn, as the scheduler sees it. */
export interface Reader {
  /** Position in the log up to which it has read. */
  place: Seq
  /** The same as its client may be told it; null when it is simply the place. */
  id: string | null
  /** When its turn comes even if there is nothing new, and not before; null when something new decides. */
  due: Millis | null
  /** How many changes of devices it has been told. */
  changes: number
  /** When it last sent something, on the clock of `Turns.now`. */
  sentAt: Millis
  /** The other side has gone, or the server is closing. */
  closed: boolean
  /** Set while it waits. */
  wake: (() => void) | null
}

/** After this much quiet a stream says where it stands: below the 30 to 60 s after which proxies give up on idle ones. */
const quietMsDefault: Millis = 15_000

/**
 * How many streams are woken before others get the event loop. A wake-up ends in a write of a few microseconds, so that
 * sockets and serial ports are served again after about a millisecond, however many streams there are.
 */
const wokenPerTurn = 256

/** How often all that wait are looked through for those that have been quiet for long. */
const tickMs: Millis = 1000

/**
 * Wakes the streams that have something to do, in the order in which they began to wait, a slice at a time. One waiter
 * in the log and one timer stand for all of them: 10,000 idle streams cost no timer and no abort signal each.
 */
export class Turns {
  /** After how much quiet a reader's turn comes, so that it can say where it stands. */
  readonly quietMs: Millis
  readonly #log: ReadingLog
  readonly #changes: () => number
  readonly #stopped = new AbortController()
  readonly #timer: NodeJS.Timeout
  #waiting: Reader[] = []
  #alarm: NodeJS.Timeout | undefined
  #alarmAt: Millis = Number.POSITIVE_INFINITY
  #passing = false
  #again = false

  /** `changes` counts the status changes of devices so far. */
  constructor(log: ReadingLog, changes: () => number, quietMs: Millis = quietMsDefault) {
    this.quietMs = quietMs
    this.#log = log
    this.#changes = changes
    this.#timer = setInterval(() => this.pass(), tickMs).unref()
    this.#follow()
  }

  /** Milliseconds on a clock that never jumps. */
  get now(): Millis {
    return performance.now()
  }

  /** Resolves when there is something new for the reader, when it has been quiet for long, or when it is closed. */
  next(reader: Reader): Promise<void> {
    if (reader.closed) return Promise.resolve()
    return new Promise((resolve) => {
      reader.wake = resolve
      this.#waiting.push(reader)
      if (this.#hasNews(reader)) this.pass()
      else if (reader.due !== null) this.#passAt(reader.due)
    })
  }

  /** Ends the wait of one reader. */
  close(reader: Reader): void {
    reader.closed = true
    wake(reader)
  }

  /** Looks through all that wait, in the next turn of the event loop. */
  pass(): void {
    if (this.#passing) this.#again = true
    else {
      this.#passing = true
      setImmediate(() => this.#slice(this.#waiting.splice(0), 0))
    }
  }

  stop(): void {
    clearInterval(this.#timer)
    clearTimeout(this.#alarm)
    this.#stopped.abort()
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped
    let seen = this.#log.head
    while (!signal.aborted) {
      // Without a time-out it says no only when it is closed.
      if (!(await this.#log.wait(seen, { signal }))) return
      seen = this.#log.head
      // The log wakes its waiters at the end of a turn: no need to wait for another one.
      if (this.#passing) this.#again = true
      else {
        this.#passing = true
        this.#slice(this.#waiting.splice(0), 0)
      }
    }
  }

  #slice(readers: Reader[], from: number): void {
    let woken = 0
    let index = from
    const quietSince = this.now - this.quietMs
    for (; index < readers.length && woken < wokenPerTurn; index++) {
      const reader = readers[index]!
      if (reader.closed || reader.wake === null) continue
      if (this.#hasNews(reader) || reader.sentAt <= quietSince) {
        wake(reader)
        woken++
      } else {
        this.#waiting.push(reader)
        if (reader.due !== null) this.#passAt(reader.due)
      }
    }
    if (index < readers.length) {
      setImmediate(() => this.#slice(readers, index))
      return
    }
    this.#passing = false
    if (this.#again) {
      this.#again = false
      this.pass()
    }
  }

  #hasNews(reader: Reader): boolean {
    if (reader.changes < this.#changes()) return true
    return reader.due === null ? reader.place < this.#log.head : reader.due <= this.now
  }

  /** One alarm serves all that are due before the timer comes round, which would be late for short intervals. */
  #passAt(due: Millis): void {
    if (due >= this.#alarmAt || due > this.now + tickMs) return
    clearTimeout(this.#alarm)
    this.#alarmAt = due
    this.#alarm = setTimeout(
      () => {
        this.#alarmAt = Number.POSITIVE_INFINITY
        this.pass()
      },
      due - this.now + 1,
    ).unref()
  }
}

function wake(reader: Reader): void {
  const resolve = reader.wake
  reader.wake = null
  resolve?.()
}
