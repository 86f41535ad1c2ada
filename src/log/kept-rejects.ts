import type { Millis } from '../reading.ts'
import type { RejectedRow } from './messages.ts'
import type { Quarantine, Rejected } from './store.ts'

/** Payload kept of a rejected message: enough to see what it is. */
const payloadBytesMax = 4096

/** Of one subject and reason the first few are kept at once, then one a minute: they look alike. */
const alikeBurst = 5
const alikeRefillMs = 60_000

/** Over all: 500 at once, then one a second, so that a flood writes at most 4 KiB/s. */
const burst = 500
const refillMs = 1000

/** Entries that wait for a disk that is full; then the oldest leave. */
const waitingMax = 1000

/** Topics can be 64 KiB long (MQTT 3.1.1 §1.5.3); this much of one says which it is. */
const textMax = 1024

/** Subjects whose rate is remembered; beyond that the one not seen for longest starts anew. */
const subjectsMax = 2000

/** The newest rejected messages, thinned: a flood of garbage neither wears the disk nor hides the one odd message. */
export class KeptRejects implements Quarantine {
  readonly #stored: (limit: number, before: number) => Promise<readonly RejectedRow[]>
  readonly #changed: () => void
  readonly #clock: () => Millis
  readonly #all: Bucket
  readonly #alike = new Map<string, Bucket>()
  #lastId: number
  /** Oldest first: what a commit is writing just now, and what waits for the next one. */
  #writing: readonly RejectedRow[] = []
  #waiting: RejectedRow[] = []

  /** `stored` lists what is on disk with an id below `before`, newest first. */
  constructor(
    lastId: number,
    stored: (limit: number, before: number) => Promise<readonly RejectedRow[]>,
    changed: () => void,
    clock: () => Millis,
  ) {
    this.#lastId = lastId
    this.#stored = stored
    this.#changed = changed
    this.#clock = clock
    this.#all = new Bucket(burst, refillMs, clock())
  }

  add(entry: Rejected): void {
    if (!this.#admits(entry)) return
    // Copied: the bytes may lie in a buffer of the network's that is used again.
    const payload = new Uint8Array(entry.payload.subarray(0, payloadBytesMax))
    const subject = entry.subject.slice(0, textMax)
    const where = entry.where.slice(0, textMax)
    this.#waiting.push({ ...entry, subject, where, payload, id: ++this.#lastId })
    if (this.#waiting.length > waitingMax) this.#waiting.shift()
    this.#changed()
  }

  async list({ limit, before = Number.MAX_SAFE_INTEGER }: { limit: number; before?: number }) {
    const inMemory = [...this.#writing, ...this.#waiting].filter(({ id }) => id < before)
    const newest = inMemory.reverse().slice(0, limit)
    const rest = limit - newest.length
    const older = inMemory.at(-1)?.id ?? before
    return rest === 0 ? newest : [...newest, ...(await this.#stored(rest, older))]
  }

  take(): readonly RejectedRow[] {
    this.#writing = this.#waiting
    this.#waiting = []
    return this.#writing
  }

  written(): void {
    this.#writing = []
  }

  giveBack(): void {
    this.#waiting = [...this.#writing, ...this.#waiting]
    this.#writing = []
  }

  #admits({ source, subject, reason }: Rejected): boolean {
    const now = this.#clock()
    const key = JSON.stringify([source, subject, reason])
    const alike = this.#alike.get(key) ?? new Bucket(alikeBurst, alikeRefillMs, now)
    this.#alike.delete(key)
    this.#alike.set(key, alike)
    if (this.#alike.size > subjectsMax) this.#alike.delete(this.#alike.keys().next().value!)
    return alike.has(now) && this.#all.has(now) && alike.take() && this.#all.take()
  }
}

/** A token bucket: so many at once, and one more each interval. */
class Bucket {
  readonly #size: number
  readonly #refillMs: Millis
  #tokens: number
  #filledAt: Millis

  constructor(size: number, refillMs: Millis, now: Millis) {
    this.#size = size
    this.#refillMs = refillMs
    this.#tokens = size
    this.#filledAt = now
  }

  has(now: Millis): boolean {
    // A clock that was set back adds nothing, once.
    const elapsed = Math.max(0, now - this.#filledAt)
    this.#tokens = Math.min(this.#size, this.#tokens + elapsed / this.#refillMs)
    this.#filledAt = now
    return this.#tokens >= 1
  }

  take(): boolean {
    this.#tokens--
    return true
  }
}
