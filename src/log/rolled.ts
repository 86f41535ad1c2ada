import type Database from 'better-sqlite3'
import type { Seq } from '../reading.ts'
import { dayMs, hourMs, minuteMs } from './buckets.ts'

/** What the rollups on disk hold: all readings up to `upTo`, but for those of the hour `held`, which is not over yet. */
export interface Rolled {
  readonly upTo: Seq
  /** Hours since 1970; null when none is held back. */
  readonly held: number | null
  /** The number from which on that hour's readings are held back: those before it were ahead of their time, and are written. */
  readonly heldFrom: Seq
  /** Rows of `hours` with an id up to this are complete; the later days are still to be summed up from their minutes. */
  readonly folded: number
  /** Minutes of earlier hours than this were dropped. */
  readonly minutesFloor: number
  /** Hours of earlier days than this were dropped. */
  readonly hoursFloor: number
}

export const minutesAnHour = hourMs / minuteMs
export const hoursADay = dayMs / hourMs

/** Series in a key: more than a gateway can ever have, and years up to 9999 still fit beside them. */
const seriesMax = 2 ** 24

/** Key of a row: its hour or day, and the series. */
export function rowId(stretch: number, series: number): number {
  return stretch * seriesMax + series
}

/** The hour or day of a key. */
export function stretchOf(id: number): number {
  return Math.floor(id / seriesMax)
}

export function seriesOf(id: number): number {
  return id - stretchOf(id) * seriesMax
}

/** Reads how far the rollups are. */
export function rolledReader(db: Database.Database): () => Rolled {
  const rolled = db.prepare('SELECT upTo, held, heldFrom, folded, minutesFloor, hoursFloor FROM rollup')
  return () => rolled.get() as Rolled
}
