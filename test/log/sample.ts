import type { SeriesFilter } from '../../src/log/log.ts'
import type { Reading, Series } from '../../src/reading.ts'

/** A reading, plain but for what the test is about. */
export function reading(fields: Partial<Reading> = {}): Reading {
  return { device: 'test:one', metric: 'temperature', unit: 'Cel', value: 21.5, time: 1_700_000_000_000, ...fields }
}

/** So many readings, one a millisecond, of `devices` devices in turn. */
export function readings(count: number, devices = 10, from = 1_700_000_000_000): Reading[] {
  return Array.from({ length: count }, (_, i) =>
    reading({ device: `test:${i % devices}`, value: i / 4, time: from + i }),
  )
}

export function devices(...ids: string[]): SeriesFilter {
  const wanted = new Set(ids)
  return { key: ids.join(' '), matches: (series: Series) => wanted.has(series.device) }
}
