import type { Millis } from '../../reading.ts'

/** Messages that had been waiting for room in a sender's window come together. A trickle of 500 a second would, too. */
const burstMs: Millis = 20

/**
 * Tells when a sender stands still until it is acknowledged. A commit costs the card a few pages, so only that is a reason
 * to ask for one early: messages came in a burst, as many as the last release had let go (or `unacked` of them), and at
 * least `unacked` are open. By when they came after the release says nothing: with Nagle's algorithm on its side and
 * delayed acknowledgement on ours, TCP itself lets 40 ms pass before most of a window follows its first message.
 */
export class SenderWindow {
  readonly #unacked: number
  #enough: number
  #arrived = 0
  #since: Millis = Number.NEGATIVE_INFINITY
  #asked = false

  constructor(unacked: number) {
    this.#unacked = unacked
    this.#enough = unacked
  }

  /** One more message came at `now`, and `open` are not acknowledged. True once between two releases, when it is time. */
  arrived(now: Millis, open: number): boolean {
    if (this.#asked) return false
    if (now - this.#since > burstMs) {
      this.#since = now
      this.#arrived = 0
    }
    this.#arrived++
    this.#asked = this.#arrived >= this.#enough && open >= this.#unacked
    return this.#asked
  }

  /** So many messages were acknowledged: the sender may go on with as many. */
  released(count: number): void {
    this.#enough = Math.min(this.#unacked, count)
    this.#arrived = 0
    this.#since = Number.NEGATIVE_INFINITY
    this.#asked = false
  }
}
