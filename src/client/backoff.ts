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
