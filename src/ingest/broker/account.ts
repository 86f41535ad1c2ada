import type { Millis } from '../../reading.ts'
import type { Allowance, Allowed } from '../mqtt/ack-gate.ts'
import { PacketWalker, packetType } from '../mqtt/packets.ts'
import type { Pace } from './pace.ts'

/** A client that is ahead of its rate goes on in steps of so much, since a timer for each packet would cost more than the packet. */
const stepMs: Millis = 10

/** A client that waits no longer than this in all has only just connected. */
const untoldMs: Millis = 500

/** A packet counts for one more with each such piece of its length: a filter is work, and so is a KiB to decode. */
const pieceBytes = 64
const messagePieceBytes = 1024

/** As many answers as there are packet ids may be on their way. */
const owedMax = 65_535

/**
 * Counts every packet of one client against its rate before the broker sees it: whoever is ahead of its rate is neither read from
 * nor handed on, in the middle of a read as well, and TCP makes it wait. Answers that we asked for are free, since a subscriber
 * gives them as fast as it is sent to; others count like anything else.
 */
export class Account implements Allowance {
  readonly #pace: Pace
  readonly #slowed: () => void
  readonly #walker = new PacketWalker()
  /** By type, since PUBREC has us send PUBREL: its answer must not pay for the next PUBREC. */
  readonly #owed = new Uint16Array(16)
  #waitedMs: Millis = 0
  #isTold = false

  /** @param slowed told once, when the client has had to wait for some time */
  constructor(pace: Pace, slowed: () => void) {
    this.#pace = pace
    this.#slowed = slowed
  }

  asked(answer: number): void {
    if (this.#owed[answer]! < owedMax) this.#owed[answer]!++
  }

  allow(chunk: Buffer): Allowed {
    let bytes = 0
    while (bytes < chunk.length && this.#pace.ahead() < stepMs) {
      bytes = this.#walker.step(chunk, bytes)
      if (this.#walker.ended) this.#pace.spend(this.#cost())
    }
    const restMs = Math.max(0, this.#pace.ahead())
    this.#waitedMs += restMs
    if (this.#waitedMs > untoldMs && !this.#isTold) {
      this.#isTold = true
      this.#slowed()
    }
    return { bytes, restMs }
  }

  #cost(): number {
    const { type, length } = this.#walker
    if (type === packetType.publish) return 1 + Math.floor(length / messagePieceBytes)
    if (this.#owed[type]! > 0) {
      this.#owed[type]!--
      return 0
    }
    return 1 + Math.floor(length / pieceBytes)
  }
}
