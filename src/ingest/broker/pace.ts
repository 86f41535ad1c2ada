import type { Millis } from '../../reading.ts'

/** So much of its rate a client may use at once: what it had kept while it was away. */
const burstMs: Millis = 1000

export interface Pace {
  /** The client used so many of the messages it may send. */
  spend(count: number): void
  /** How far it is ahead of its rate; negative while it is within. */
  ahead(): Millis
}

/**
 * How fast a client may go, as the time at which it would have come so far at that rate (generic cell rate algorithm, ITU-T I.371).
 *
 * @param now a clock that never jumps
 * @param due where it begins by that clock; long ago unless said, so that there is a burst to spend
 */
export function pace(perSecond: number, now = (): Millis => performance.now(), due: Millis = 0): Pace {
  return {
    spend: (count) => {
      due = Math.max(due, now() - burstMs) + (count * 1000) / perSecond
    },
    ahead: () => due - now(),
  }
}
