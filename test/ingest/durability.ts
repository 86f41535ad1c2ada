import type { Durability } from '../../src/ingest/input.ts'

/** A log whose disk does what the test says: `append` and `commit` are called by hand. */
export class DurabilityByHand implements Durability {
  head = 0
  durableHead = 0
  /** How often somebody asked for a commit. */
  asked = 0
  /** How often somebody asked for one that has time. */
  askedShortly = 0
  #waiting: { head: number; resolve: () => void }[] = []

  durable(head: number): Promise<void> {
    if (head <= this.durableHead) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ head, resolve }))
  }

  commitSoon(): void {
    this.asked++
  }

  commitShortly(): void {
    this.askedShortly++
  }

  /** Something was given: readings, or what a message brought instead. */
  append(count = 1): void {
    this.head += count
  }

  /** Everything up to `head` reaches the disk. */
  commit(head: number = this.head): void {
    this.durableHead = Math.max(this.durableHead, head)
    const ready = this.#waiting.filter((waiter) => waiter.head <= head)
    this.#waiting = this.#waiting.filter((waiter) => waiter.head > head)
    for (const { resolve } of ready) resolve()
  }
}

/** A log with a quick disk: a commit takes one turn of the event loop, and comes when asked for or after `ageMs`. */
export class QuickDurability implements Durability {
  head = 0
  durableHead = 0
  commits = 0
  readonly #ageMs: number
  #waiting: { head: number; resolve: () => void }[] = []
  #busy = false
  #again = false
  #timer: NodeJS.Timeout | undefined

  constructor(ageMs = 1000) {
    this.#ageMs = ageMs
  }

  append(count = 1): void {
    this.head += count
    this.#timer ??= setTimeout(() => this.commitSoon(), this.#ageMs)
  }

  durable(head: number): Promise<void> {
    if (head <= this.durableHead) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ head, resolve }))
  }

  commitSoon(): void {
    if (this.#busy) {
      this.#again = true
      return
    }
    this.#busy = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    const head = this.head
    setImmediate(() => {
      this.#busy = false
      this.commits++
      this.durableHead = head
      const ready = this.#waiting.filter((waiter) => waiter.head <= head)
      this.#waiting = this.#waiting.filter((waiter) => waiter.head > head)
      for (const { resolve } of ready) resolve()
      if (this.#again) {
        this.#again = false
        this.commitSoon()
      } else if (this.head > head) this.#timer ??= setTimeout(() => this.commitSoon(), this.#ageMs)
    })
  }

  commitShortly(): void {
    this.commitSoon()
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
