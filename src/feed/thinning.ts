import type { ReadingLog } from '../log/log.ts'
import type { Millis } from '../reading.ts'
import { DeadbandPages } from './deadband.ts'
import { type Clocks, Intervals } from './intervals.ts'
import type { PageSource } from './pages.ts'
import type { Start } from './position.ts'

/** What a client would rather not be sent. */
export interface Thinning {
  /** At most one event a series in this time. */
  readonly everyMs?: Millis | undefined
  /** Only changes of at least this much, in the unit of the series. */
  readonly deadband?: number | undefined
}

/** Pages of one stream that is thinned; undefined when it is not. What it has been told is its own, so that nothing is shared. */
export function thinned(
  log: ReadingLog,
  { everyMs, deadband }: Thinning,
  start: Start,
  clocks: Clocks,
): PageSource | undefined {
  if (everyMs !== undefined) return new Intervals(log, everyMs, deadband ?? null, start, clocks)
  return deadband === undefined ? undefined : new DeadbandPages(log, deadband)
}
