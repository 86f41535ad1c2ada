import { GatewayError } from '../errors.ts'
import type { LoggedReading } from '../reading.ts'
import { flagsOf, kindMask, kindNumber } from './columns.ts'
import type { GatedReader } from './gated-reader.ts'
import type { HistoryQuery, SeriesHistory } from './store.ts'
import type { WriteBehind } from './write-behind.ts'

/** Buckets of one answer: 10 MB, and some 20 MB as JSON. */
const pointsMax = 250_000

/**
 * Asks the thread that reads for the history of the series that a filter matches.
 * @param newest finds the newest readings of series: what a series holds is what its newest reading is; those of which
 * none is kept have a history of numbers only
 * @throws GatewayError as `Store.history`
 */
export async function askHistory(
  { filter, times, points }: HistoryQuery,
  { series, committed }: WriteBehind,
  reader: GatedReader,
  newest: (ids: readonly number[]) => Promise<readonly LoggedReading[]>,
): Promise<readonly SeriesHistory[]> {
  const ids = filter ? series.choose(filter).ids : series.all()
  if (ids.length * points > pointsMax)
    throw new GatewayError(
      'usage',
      `${ids.length} series with ${points} points each are too much for one answer`,
      `name devices and metrics, or ask for at most ${Math.floor(pointsMax / ids.length)} points`,
    )
  if (ids.length === 0) return []
  const kinds = new Map<number, number>()
  for (const reading of await newest(ids.filter((id) => series.seriesOf(id).unit === null)))
    kinds.set(series.intern(reading), flagsOf(reading) & kindMask)
  const { width, answers } = await reader.ask('history', {
    ids: Uint32Array.from(ids),
    kinds: Uint8Array.from(ids, (id) => kinds.get(id) ?? kindNumber),
    ...times,
    points,
    upTo: committed,
  })
  return answers.map((answer, i) => ({ series: series.seriesOf(ids[i]!), resolution: width, ...answer }))
}
