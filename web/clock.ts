import type { Millis } from '../src/reading.ts'

/** How far the browser's clock is ahead of the gateway's. */
let aheadMs = 0

/** Now, on the gateway's clock: readings carry its time, and a tablet on the wall may be minutes off. */
export function gatewayNow(): Millis {
  return Date.now() - aheadMs
}

/** Learns the difference from the Date header of an answer (RFC 9110 §6.6.1), which counts whole seconds. */
export function learnClock(dateHeader: string | null): void {
  const gateway = dateHeader ? Date.parse(dateHeader) : Number.NaN
  if (Number.isNaN(gateway)) return
  const difference = Date.now() - gateway
  aheadMs = Math.abs(difference) > 3000 ? difference : 0
}
