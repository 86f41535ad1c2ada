/** Longest wait between two attempts: a person who repairs something does not want to wait longer. */
const delayMsMax = 30_000

/** Wait before the first attempt where the server has not said one; what doubles with every failure is no longer. */
const delayMsFirst = 1_000

/**
 * How long to wait before connecting again, in ms. After a stream that ended: what the server asked for with `retry:`,
 * which it has jittered itself. After attempts that failed: a random time ("full jitter"), so that a thousand clients of
 * a gateway that restarts do not come back together; up to a bound that begins with what the server asked for and, once
 * doubling has passed that, grows to 30 s.
 *
 * @param failures attempts that failed in a row
 * @param retryMs the server's last `retry:`
 * @param random in [0, 1)
 */
export function reconnectDelayMs(failures: number, retryMs: number | undefined, random: () => number = Math.random) {
  const asked = Math.min(retryMs ?? delayMsFirst, delayMsMax)
  if (failures === 0) return retryMs === undefined ? random() * asked : asked
  return random() * Math.min(delayMsMax, Math.max(asked, Math.min(asked, delayMsFirst) * 2 ** Math.min(failures, 16)))
}

/** What a proxy asks for is heeded up to this: one that is told a day must not silence a client for a day. */
const askedMsMax = 600_000

/**
 * How long a `Retry-After` asks to wait, in ms: seconds, or a moment (RFC 9110 §10.2.3). 0 for none, for one that is
 * past, and for what is neither.
 */
export function retryAfterMs(header: string | null, now: () => number = Date.now): number {
  if (header === null) return 0
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now()
  return ms > 0 ? Math.min(ms, askedMsMax) : 0
}

/** Resolves after `ms`, or at once when aborted. Leaves neither a timer nor a listener behind. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
