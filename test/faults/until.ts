import { until as untilSoon } from '../setup/until.ts'

/** What takes a second may take a minute where several suites run beside each other; a fault must not be found by that. */
const patienceMs = 90_000

/** Waits for a condition with more patience than other tests have. */
export function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  return untilSoon(what, holds, patienceMs)
}
