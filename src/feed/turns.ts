import { setImmediate as turn } from 'node:timers/promises'
import type { ReadingLog } from '../log/log.ts'
import type { Millis, Seq } from '../reading.ts'
import { eventLoop, type Loop, LoopShare } from './loop-share.ts'

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
  readonly #loop: Loop
  readonly #share: LoopShare
  #waiting: Reader[] = []
  #alarm: NodeJS.Timeout | undefined
  #alarmAt: Millis = Number.POSITIVE_INFINITY
  #passing = false
  #again = false

  /** `changes` counts the changes of devices so far. */
  constructor(log: ReadingLog, changes: () => number, quietMs: Millis = quietMsDefault, loop: Loop = eventLoop) {
    this.quietMs = quietMs
    this.#log = log
    this.#changes = changes
    this.#loop = loop
    this.#share = new LoopShare(loop, () => log.head)
    this.#timer = setInterval(() => this.pass(), tickMs).unref()
    this.#follow()
  }

  /** Milliseconds on a clock that never jumps. */
  get now(): Millis {
    return this.#loop.now()
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

  /** A reader has been at work since then, up to now. */
  worked(since: Millis): void {
    this.#share.worked(this.now - since)
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
      void turn().then(() => this.#round())
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
        void this.#round()
      }
    }
  }

  /** All that wait now, a slice in each turn as far as the rest of the loop allows. */
  async #round(): Promise<void> {
    const readers = this.#waiting.splice(0)
    for (let next = 0; next < readers.length; ) {
      const slice = this.#slice(readers, next, this.#share.begin())
      next = slice.next
      await allDone()
      this.#share.end(slice.woken)
      if (next < readers.length) await (slice.woken > 0 ? turn() : this.#loop.pause())
    }
    this.#passing = false
    if (!this.#again) return
    this.#again = false
    this.pass()
  }

  #slice(readers: Reader[], from: number, most: number): { next: number; woken: number } {
    let woken = 0
    let next = from
    const quietSince = this.now - this.quietMs
    for (; next < readers.length && woken < most; next++) {
      const reader = readers[next]!
      if (reader.closed || reader.wake === null) continue
      if (this.#hasNews(reader) || reader.sentAt <= quietSince) {
        wake(reader)
        woken++
      } else {
        this.#waiting.push(reader)
        if (reader.due !== null) this.#passAt(reader.due)
      }
    }
    return { next, woken }
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

/** Resolves when everything has been done that promises resolved until now lead to, with the writes in it. */
function allDone(): Promise<void> {
  // Microtasks come before ticks here, since it is called from one of them.
  return new Promise((resolve) => process.nextTick(resolve))
}

function wake(reader: Reader): void {
  const resolve = reader.wake
  reader.wake = null
  resolve?.()
}
