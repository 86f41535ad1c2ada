import type { Durability } from '../../src/ingest/input.ts'
import type { Seq } from '../../src/reading.ts'

/** A log whose disk does what the test says: `append`, `note` and `commit` are called by hand. */
export class DurabilityByHand implements Durability {
  head: Seq = 0
  durableHead: Seq = 0
  /** How often somebody asked for a commit. */
  asked = 0
  /** By head, whether something besides readings was given and is not yet on disk. */
  #noted = new Set<Seq>()
  #waiting: { seq: Seq; resolve: () => void }[] = []

  durable(seq: Seq): Promise<void> {
    if (seq <= this.durableHead && !this.#noted.has(seq)) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ seq, resolve }))
  }

  commitSoon(): void {
    this.asked++
  }

  append(count = 1): Seq {
    this.head += count
    return this.head
  }

  /** Something without a sequence number was given, as a rejected message is. */
  note(): void {
    this.#noted.add(this.head)
  }

  /** Everything up to `seq` reaches the disk. */
  commit(seq: Seq = this.head): void {
    this.durableHead = Math.max(this.durableHead, seq)
    for (const noted of this.#noted) if (noted <= seq) this.#noted.delete(noted)
    const ready = this.#waiting.filter((waiter) => waiter.seq <= seq)
    this.#waiting = this.#waiting.filter((waiter) => waiter.seq > seq)
    for (const { resolve } of ready) resolve()
  }
}

/** A log with a quick disk: a commit takes one turn of the event loop, and comes when asked for or after `ageMs`. */
export class QuickDurability implements Durability {
  head: Seq = 0
  durableHead: Seq = 0
  commits = 0
  readonly #ageMs: number
  #waiting: { seq: Seq; resolve: () => void }[] = []
  #busy = false
  #timer: NodeJS.Timeout | undefined

  constructor(ageMs = 1000) {
    this.#ageMs = ageMs
  }

  append(count = 1): void {
    this.head += count
    this.#timer ??= setTimeout(() => this.commitSoon(), this.#ageMs)
  }

  durable(seq: Seq): Promise<void> {
    if (seq <= this.durableHead) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ seq, resolve }))
  }

  commitSoon(): void {
    if (this.#busy) return
    this.#busy = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    const seq = this.head
    setImmediate(() => {
      this.#busy = false
      this.commits++
      this.durableHead = seq
      const ready = this.#waiting.filter((waiter) => waiter.seq <= seq)
      this.#waiting = this.#waiting.filter((waiter) => waiter.seq > seq)
      for (const { resolve } of ready) resolve()
      if (this.head > seq) this.#timer ??= setTimeout(() => this.commitSoon(), this.#ageMs)
    })
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
