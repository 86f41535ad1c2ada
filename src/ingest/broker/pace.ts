import type { Millis } from '../../reading.ts'

/** So much of its rate a client may send at once: what it had kept while it was away. */
const burstMs: Millis = 1000

export interface Pace {
  /** One packet came. */
  sent(): void
  /** For how long nothing more should be read; 0 while the client is within its rate. */
  rest(): Millis
}

/**
 * How fast a client may send, as the time at which it would have sent all of it at that rate (generic cell rate algorithm,
 * ITU-T I.371). Whoever is ahead of it is not read from for so long: TCP makes the client wait, and nothing is lost.
 *
 * @param slowed told once, when the client has to wait for the first time
 * @param now a clock that never jumps
 */
export function pace(perSecond: number, slowed: () => void, now = (): Millis => performance.now()): Pace {
  let count = 0
  let due: Millis = 0
  let isTold = false
  return {
    sent: () => {
      count++
    },
    rest: () => {
      const time = now()
      due = Math.max(due, time - burstMs) + (count * 1000) / perSecond
      count = 0
      if (due > time && !isTold) {
        isTold = true
        slowed()
      }
      return Math.max(0, due - time)
    },
  }
}
