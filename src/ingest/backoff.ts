import type { Millis } from '../reading.ts'

/**
 * How long to wait before the next attempt: full jitter, anything from 0 to 1 s doubled with each failure, at most 30 s.
 * Spread over the whole range, a hundred gateways do not come back in step after their broker was restarted.
 */
export function backoffMs(failures: number, random: () => number = Math.random): Millis {
  return Math.round(random() * Math.min(30_000, 1000 * 2 ** Math.max(0, failures - 1)))
}
