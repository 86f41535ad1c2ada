import type { Millis } from '../../reading.ts'

/**
 * A sender that waits has its next message ready: it comes after one round trip, which takes this long where Wi-Fi saves
 * power. Less than the time between two commits that are asked for, so that no steady trickle is kept going by them.
 */
const promptMs: Millis = 50

/** So many windows in a row were filled at once: that a trickle meets the commits so often by accident does not happen. */
const inARowMin = 3

/** A trickle that falls into step with the commits, one message in 1.02 s, forces one commit in a hundred messages then. */
const inARowMax = 100

/**
 * Tells when a sender of a small window stands still until it is acknowledged, as one that sends message by message does:
 * after each release there came as many messages as were released, at once, and no more. `SenderWindow` sees only windows
 * that are worth a commit of their own; these are not, but with a commit a second their sender gets a message a second.
 *
 * Each guess is put to the test: where a release that came early for it is not answered as promptly, the sender did not
 * wait, and it takes twice as many windows in a row until the next guess.
 */
export class WaitingSender {
  /** Messages released last. */
  #window = 0
  #releasedAt: Millis = Number.NEGATIVE_INFINITY
  /** Whether as many have come since, promptly, and no more. */
  #filled = false
  #inARow = 0
  #needed = inARowMin
  /** Whether that release, and the one before, came early for it. */
  #asked = false
  #guessed = false

  /** One more message came at `now`, and `open` are not acknowledged. True when the sender most likely waits now. */
  arrived(now: Millis, open: number): boolean {
    this.#filled = open === this.#window && now - this.#releasedAt <= promptMs
    this.#asked ||= this.#filled && this.#inARow + 1 >= this.#needed
    return this.#asked && this.#filled
  }

  /** So many messages were acknowledged at `now`. */
  released(now: Millis, count: number): void {
    if (this.#guessed) this.#needed = this.#filled ? inARowMin : Math.min(2 * this.#needed, inARowMax)
    this.#inARow = this.#filled ? this.#inARow + 1 : 0
    this.#guessed = this.#asked
    this.#asked = false
    this.#filled = false
    this.#window = count
    this.#releasedAt = now
  }
}
