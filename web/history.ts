import type { DeviceId, Millis, Quality, Value } from '../src/reading.ts'
import { type ApiError, getJson } from './api.ts'
import { patiently } from './backfill.ts'
import { lineKey } from './catalog.ts'
import { type Columns, longestSilence, withDoubts } from './points.ts'

/** About one for each two pixels of a wide panel. */
const bucketsWanted = 800

interface WireBucket {
  readonly time: string
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly count: number
  readonly quality?: Quality
}

export interface WireHistory {
  readonly device: DeviceId
  readonly metric: string
  readonly channel?: string
  readonly unit: string | null
  readonly resolution: Millis
  readonly buckets?: readonly WireBucket[]
  /** Of booleans and words: what the value became, and when; the first may lie before the range. */
  readonly changes?: readonly { readonly time: string; readonly value: Value; readonly quality?: Quality }[]
}

export interface HistoryQuery {
  readonly device: readonly DeviceId[]
  /** All where absent. */
  readonly metric?: readonly string[]
  readonly from: Millis
  readonly to: Millis
  /** Buckets wanted; as many as a wide panel can show unless said. */
  readonly points?: number
}

/** The lines of devices over a range (GET /api/history), by key. An error is one that trying again does not help. */
export async function loadHistory(
  { device, metric = [], from, to, points = bucketsWanted }: HistoryQuery,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Columns> | ApiError> {
  const parameters = new URLSearchParams({
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    points: String(points),
  })
  for (const name of device) parameters.append('device', name)
  for (const name of metric) parameters.append('metric', name)
  const load = () => getJson<{ series: WireHistory[] }>(`/api/history?${parameters}`, signal)
  const answer = await patiently(load, signal)
  if (answer instanceof Error) return answer
  return new Map(answer.series.map((series) => [lineKey(series), columnsOf(series, to)]))
}

/** Buckets as a line of means within a band of extremes; broken where buckets are missing for longer than usual. */
export function columnsOf({ resolution, buckets, changes }: Omit<WireHistory, 'device'>, now: Millis): Columns {
  if (!buckets) {
    const list = changes ?? []
    return withDoubts({
      times: list.map(({ time }) => Date.parse(time)),
      values: list.map(({ value }) => value),
      doubts: list.map(({ quality = null }) => quality),
    })
  }
  // A bucket stands for its whole width: its point is in the middle, but never in the future.
  const middles = buckets.map(({ time }) => {
    const start = Date.parse(time)
    return Math.max(start, Math.min(start + resolution / 2, now))
  })
  const silenceMs = Math.max(longestSilence(middles), resolution * 2.5)
  const columns = {
    times: [] as Millis[],
    values: [] as (Value | null)[],
    low: [] as (number | null)[],
    high: [] as (number | null)[],
    doubts: [] as (Quality | null)[],
  }
  const push = (
    time: Millis,
    value: number | null,
    low: number | null,
    high: number | null,
    doubt: Quality | null = null,
  ) => {
    columns.doubts.push(doubt)
    columns.times.push(time)
    columns.values.push(value)
    columns.low.push(low)
    columns.high.push(high)
  }
  for (const [at, { min, max, mean, quality }] of buckets.entries()) {
    const time = middles[at]!
    const before = middles[at - 1]
    if (before !== undefined && time - before > silenceMs) push((before + time) / 2, null, null, null)
    push(time, mean, min, max, quality)
  }
  return withDoubts(columns)
}
