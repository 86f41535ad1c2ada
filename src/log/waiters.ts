import type { Seq } from '../reading.ts'
import type { WaitOptions } from './log.ts'

/** Those who wait for the head to move on. All of one turn are woken together, at its end. */
export class Waiters {
  readonly #head: () => Seq
  readonly #settles = new Set<() => void>()
  #waking = false

  constructor(head: () => Seq) {
    this.#head = head
  }

  /** True as soon as the head lies beyond `after`; false at the time-out, abort or when the log is closed. */
  wait(after: Seq, { signal, timeoutMs }: WaitOptions = {}): Promise<boolean> {
    if (this.#head() > after) return Promise.resolve(true)
    if (signal?.aborted) return Promise.resolve(false)
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', settle)
        this.#settles.delete(settle)
        resolve(this.#head() > after)
      }
      const timer = timeoutMs === undefined ? undefined : setTimeout(settle, timeoutMs)
      signal?.addEventListener('abort', settle)
      this.#settles.add(settle)
    })
  }

  /** The head moved: wakes everybody at the end of this turn, so that a burst of appends costs each one wake-up. */
  moved(): void {
    if (this.#waking || this.#settles.size === 0) return
    this.#waking = true
    setImmediate(() => {
      this.#waking = false
      this.release()
    })
  }

  /** Wakes everybody now. */
  release(): void {
    for (const settle of [...this.#settles]) settle()
  }
}
