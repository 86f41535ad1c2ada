import type { ReadingLog } from '../log/log.ts'
import type { LoggedReading, Millis, Seq } from '../reading.ts'

/** One read of the log while catching up; a turn of 100,000 readings/s brings far fewer. */
const readingsPerRead = 4096

/** Takes every reading that is appended, once a turn of the event loop, so that appending them costs nothing here. */
export class Cursor {
  readonly #log: ReadingLog
  readonly #take: (reading: LoggedReading, now: Millis) => void
  readonly #stopped = new AbortController()
  #place: Seq
  #catchingUp: Promise<void> | null = null

  /** Stands at the head of the log. `take` is told when it reads, by a clock that never jumps. */
  constructor(log: ReadingLog, take: (reading: LoggedReading, now: Millis) => void) {
    this.#log = log
    this.#take = take
    this.#place = log.head
  }

  /** Goes along with the log until it is closed. */
  async follow(): Promise<void> {
    const { signal } = this.#stopped
    // Without a time-out it says no only when it is closed.
    while (!signal.aborted && (await this.#log.wait(this.#place, { signal }))) await this.catchUp()
  }

  /** Resolves when everything appended so far has been taken. */
  catchUp(): Promise<void> {
    this.#catchingUp ??= this.#readOn().finally(() => {
      this.#catchingUp = null
    })
    return this.#catchingUp
  }

  close(): void {
    this.#stopped.abort()
  }

  async #readOn(): Promise<void> {
    while (this.#place < this.#log.head && !this.#stopped.signal.aborted) {
      try {
        const page = await this.#log.read(this.#place, null, readingsPerRead)
        this.#place = page.next
        const now = performance.now()
        for (const reading of page.readings) this.#take(reading, now)
      } catch {
        // Old readings cannot be read, which streams and queries report. What comes next is there again.
        this.#place = this.#log.head
      }
    }
  }
}
