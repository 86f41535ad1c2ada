import type { Millis, Seq } from '../reading.ts'

/**
 * How many times as long as streams held the event loop the rest gets it next, if it needs it. So input keeps four fifths
 * of the loop however many streams there are, and streams get the last fifth however much comes in.
 */
const restShare = 4

/** How long streams hold the loop in a turn: what comes in waits no longer, and changing over costs some hundredths of it. */
const sliceMs: Millis = 1

/** After a long turn of the rest streams get a longer one too, up to this. */
const longSliceMs: Millis = 10

/** Without a reading for so long nothing is waiting: a sender whose messages are acknowledged on disk pauses for less. */
const calmMs: Millis = 5

/** A slice of fewer is mostly overhead; one of more takes long when all of them catch up, with 85 KB each. */
const [sliceMin, sliceMax] = [8, 256]

/**
 * Divides the event loop between streams and everything else. Streams run in slices. After each, no other one begins
 * until the rest has had its share of the loop, or nothing has come in for a while: then nothing is waiting.
 * A stream that is held up by this gets more readings at a time, which costs little more than one: input that leaves no
 * room for streams makes them later, and cheaper.
 */
export class LoopShare {
  readonly #now: () => Millis
  readonly #head: () => Seq
  /** What one stream takes. */
  #cost: Millis = 0.02
  #isInSlice = false
  #begun: Millis = 0
  #ended: Millis = 0
  /** Head of the log, and when it was first seen there. */
  #seen: Seq = 0
  #movedAt: Millis = 0
  /** What the rest is still to get; below zero what it had beyond its share. */
  #owed: Millis = 0

  /** `now` never jumps; `head` moves with every reading that comes in. */
  constructor(now: () => Millis, head: () => Seq) {
    this.#now = now
    this.#head = head
  }

  /** How many streams may be woken in this turn of the loop: none while the rest is owed it. */
  begin(): number {
    this.#begun = this.#now()
    const rest = this.#begun - this.#ended
    this.#owed = this.#isCalm() ? 0 : Math.max(this.#owed - rest, -restShare * longSliceMs)
    if (this.#owed > 0) return 0
    this.#isInSlice = true
    const ms = Math.max(sliceMs, -this.#owed / restShare)
    return Math.max(sliceMin, Math.min(sliceMax, Math.round(ms / this.#cost)))
  }

  /** The streams woken since have done what they had to do: ends every turn that `begin` began. */
  end(woken: number): void {
    this.#ended = this.#now()
    this.#isInSlice = false
    if (woken === 0) return
    const took = this.#ended - this.#begun
    this.#owed += restShare * took
    // Halfway, so that one slice that was held up by something else changes little.
    this.#cost = (this.#cost + took / woken) / 2
  }

  /** A stream worked for so long. Between slices it does when its page came from the disk: that is not the rest's time. */
  worked(ms: Millis): void {
    if (!this.#isInSlice) this.#owed += (1 + restShare) * ms
  }

  #isCalm(): boolean {
    const head = this.#head()
    if (head !== this.#seen) {
      this.#seen = head
      this.#movedAt = this.#begun
    }
    return this.#begun - this.#movedAt > calmMs
  }
}
