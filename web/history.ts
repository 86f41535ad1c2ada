import type { DeviceId, Millis, Value } from '../src/reading.ts'
import { type ApiError, getJson } from './api.ts'
import { patiently } from './backfill.ts'
import { seriesKey } from './catalog.ts'
import { type Columns, longestSilence } from './points.ts'

/** About one for each two pixels of a wide panel. */
const bucketsWanted = 800

interface WireBucket {
  readonly time: string
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly count: number
}

export interface WireHistory {
  readonly metric: string
  readonly channel?: string
  readonly unit: string | null
  readonly resolution: Millis
  readonly buckets?: readonly WireBucket[]
  /** Of booleans and words: what the value became, and when. */
  readonly changes?: readonly { readonly time: string; readonly value: Value }[]
}

/** Every series of a device over a range (GET /api/history), by key. An error is one that trying again does not help. */
export async function loadHistory(
  device: DeviceId,
  from: Millis,
  to: Millis,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Columns> | ApiError> {
  const parameters = new URLSearchParams({
    device,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    points: String(bucketsWanted),
  })
  const load = () => getJson<{ series: WireHistory[] }>(`/api/history?${parameters}`, signal)
  const answer = await patiently(load, signal)
  if (answer instanceof Error) return answer
  return new Map(answer.series.map((series) => [seriesKey(series), columnsOf(series, to)]))
}

/** Buckets as a line of means within a band of extremes; broken where buckets are missing for longer than usual. */
export function columnsOf({ resolution, buckets, changes }: WireHistory, now: Millis): Columns {
  if (!buckets) {
    const list = changes ?? []
    return { times: list.map(({ time }) => Date.parse(time)), values: list.map(({ value }) => value) }
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
  }
  const push = (time: Millis, value: number | null, low: number | null, high: number | null) => {
    columns.times.push(time)
    columns.values.push(value)
    columns.low.push(low)
    columns.high.push(high)
  }
  for (const [at, { min, max, mean }] of buckets.entries()) {
    const time = middles[at]!
    const before = middles[at - 1]
    if (before !== undefined && time - before > silenceMs) push((before + time) / 2, null, null, null)
    push(time, mean, min, max)
  }
  return columns
}
