import type { DeviceId, LoggedReading, Millis } from '../src/reading.ts'
import { type Catalog, type KnownSeries, lineKey } from './catalog.ts'
import { loadHistory } from './history.ts'

/**
 * What the switches and words of devices were at a time, as readings: the charts draw them from there on. None where the
 * gateway does not know, or cannot be asked: then they begin with their first reading.
 */
export async function heldBefore(
  { devices }: Catalog,
  ids: readonly DeviceId[],
  time: Millis,
  signal: AbortSignal,
): Promise<LoggedReading[]> {
  const states = ids.flatMap((id) =>
    (devices.get(id)?.series ?? []).filter(isState).map((series) => ({ device: id, ...series })),
  )
  if (states.length === 0) return []
  const metric = [...new Set(states.map(({ metric }) => metric))]
  // Only the state at its beginning is wanted, so the range is as short as can be.
  const answer = await loadHistory({ device: ids, metric, from: time, to: time + 1, points: 1 }, signal)
  if (answer instanceof Error) return []
  return states.flatMap(({ device, metric, channel, unit }) => {
    const columns = answer.get(lineKey({ device, metric, channel, unit }))
    const value = columns?.values[0]
    if (value == null) return []
    const quality = columns?.doubts?.[0]
    const reading = { seq: 0, device, metric, unit, value, time: columns!.times[0]! }
    return [{ ...reading, ...(channel !== undefined && { channel }), ...(quality && { quality }) }]
  })
}

function isState({ last }: KnownSeries): boolean {
  return last !== undefined && typeof last.value !== 'number'
}
