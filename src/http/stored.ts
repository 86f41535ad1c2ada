import { GatewayError } from '../errors.ts'
import type { Store } from '../log/store.ts'
import type { Millis } from '../reading.ts'

/** A disk that takes longer is full or away, and whoever waits should hear of it. */
const storedWithinMs: Millis = 10_000

/**
 * Resolves when what was just given to the store is on disk, so that no change is reported that a power cut could undo.
 * @throws GatewayError `unavailable` when the disk does not take it
 */
export async function stored(store: Store): Promise<void> {
  store.commitSoon()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const hint = 'look at /readyz: the disk may be full; it will be stored once that is over'
      reject(new GatewayError('unavailable', 'the change is in effect but not yet on disk', hint))
    }, storedWithinMs)
  })
  try {
    await Promise.race([store.durable(store.head), late])
  } finally {
    clearTimeout(timer)
  }
}
