import { setTimeout as sleep } from 'node:timers/promises'
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

/** Over how long it is seen how much of the loop the rest has use for. */
const needMs: Millis = 50

/** Without a reading for so long nothing is waiting: a sender whose messages are acknowledged on disk pauses for less. */
const calmMs: Millis = 5

/** A slice of fewer is mostly overhead; one of more takes long when all of them catch up, with 85 KB each. */
const [sliceMin, sliceMax] = [8, 256]

/** The event loop, as far as it is shared. */
export interface Loop {
  /** A clock that never jumps. */
  now(): Millis
  /** How long it has waited for something to do, in all. */
  idle(): Millis
  /** Resolves after a moment in which the rest of the loop goes on. */
  pause(): Promise<unknown>
}

export const eventLoop: Loop = {
  now: () => performance.now(),
  idle: () => performance.eventLoopUtilization().idle,
  // Turn after turn of an idle loop would cost as much as work does.
  pause: () => sleep(1),
}

/**
 * Divides the event loop between streams and everything else. Streams run in slices. After each, no other one begins
 * until the rest has had its share of the loop, or nothing has come in for a while: then nothing is waiting. A loop that is
 * idle but for the streams owes the rest nothing; one that is idle half of its time is on input that waits for the disk.
 * A stream that is held up by this gets more readings at a time, which costs little more than one: input that leaves no
 * room for streams makes them later, and cheaper.
 */
export class LoopShare {
  readonly #loop: Loop
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
  /** How much of the time that streams leave it the rest is busy lately, from 0 to 1. */
  #busy = 1
  #idleAtEnd: Millis = 0
  #workedSinceEnd: Millis = 0

  /** `head` moves with every reading that comes in. */
  constructor(loop: Loop, head: () => Seq) {
    this.#loop = loop
    this.#head = head
  }

  /** How many times as long as streams the rest gets: all of its share where it is busy for half of the time. */
  get #restShare(): number {
    return restShare * Math.min(1, 2 * this.#busy)
  }

  /** How many streams may be woken in this turn of the loop: none while the rest is owed it. */
  begin(): number {
    this.#begun = this.#loop.now()
    const rest = this.#begun - this.#ended
    this.#noteRest(rest)
    this.#owed = this.#isCalm() ? 0 : Math.max(this.#owed - rest, -restShare * longSliceMs)
    if (this.#owed > 0) return 0
    this.#isInSlice = true
    const ms = Math.max(sliceMs, -this.#owed / restShare)
    return Math.max(sliceMin, Math.min(sliceMax, Math.round(ms / this.#cost)))
  }

  /** The streams woken since have done what they had to do: ends every turn that `begin` began. */
  end(woken: number): void {
    this.#ended = this.#loop.now()
    this.#idleAtEnd = this.#loop.idle()
    this.#workedSinceEnd = 0
    this.#isInSlice = false
    if (woken === 0) return
    const took = this.#ended - this.#begun
    this.#owed += this.#restShare * took
    // Halfway, so that one slice that was held up by something else changes little.
    this.#cost = (this.#cost + took / woken) / 2
  }

  /** A stream worked for so long. Between slices it does when its page came from the disk: that is not the rest's time. */
  worked(ms: Millis): void {
    if (this.#isInSlice) return
    this.#owed += (1 + this.#restShare) * ms
    this.#workedSinceEnd += ms
  }

  #noteRest(rest: Millis): void {
    if (rest <= 0) return
    const idle = this.#loop.idle() - this.#idleAtEnd + this.#workedSinceEnd
    const busy = Math.max(0, 1 - idle / rest)
    this.#busy += (busy - this.#busy) * Math.min(1, rest / needMs)
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
