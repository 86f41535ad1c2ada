import type { LoggedReading, Millis, Quality, Reading, Seq, Series, Value } from '../reading.ts'

/**
 * A stretch of readings as columns: the form in which they lie in the ring, cross between threads (transferred, never
 * cloned) and come out of SQLite. A reading costs 21 bytes and no object.
 */
export interface Columns {
  readonly series: Uint32Array
  readonly time: Float64Array
  /** Number, or 0 and 1 for booleans; unused for text. */
  readonly value: Float64Array
  readonly flags: Uint8Array
  /** Values of the rows that are text, in their order. */
  readonly texts: readonly string[]
}

/** Readings with consecutive sequence numbers from `first`. */
export interface Batch extends Columns {
  readonly first: Seq
}

/** Readings with any ascending sequence numbers. */
export interface Rows extends Columns {
  readonly seq: Float64Array
}

/** What is stored in `reading.flags`: the kind of value in the lower two bits, the quality in the next two. */
export const kindMask = 3
export const kindNumber = 0
export const kindBoolean = 1
export const kindText = 2
const qualities: readonly (Quality | undefined)[] = [undefined, 'stale', 'unsynced', 'suspect']

export function flagsOf({ value, quality }: Reading): number {
  const kind = typeof value === 'number' ? kindNumber : typeof value === 'boolean' ? kindBoolean : kindText
  return quality === undefined ? kind : kind | (qualities.indexOf(quality) << 2)
}

export function qualityOf(flags: number): Quality | undefined {
  return qualities[flags >> 2]
}

/** The reading's object. Absent fields stay absent, so that it says the same as the one that was appended. */
export function toReading(
  { device, metric, channel, unit }: Series,
  seq: Seq,
  time: Millis,
  value: Value,
  quality: Quality | undefined,
): LoggedReading {
  if (channel === undefined)
    return quality === undefined
      ? { seq, device, metric, value, unit, time }
      : { seq, device, metric, value, unit, time, quality }
  return quality === undefined
    ? { seq, device, metric, channel, value, unit, time }
    : { seq, device, metric, channel, value, unit, time, quality }
}

/** The readings of rows that came from another thread. */
export function toReadings(rows: Rows, seriesOf: (id: number) => Series): LoggedReading[] {
  const { seq, series, time, value, flags, texts } = rows
  const readings = new Array<LoggedReading>(seq.length)
  let text = 0
  for (let i = 0; i < readings.length; i++) {
    const flag = flags[i]!
    const kind = flag & kindMask
    const v = kind === kindNumber ? value[i]! : kind === kindBoolean ? value[i] !== 0 : texts[text++]!
    readings[i] = toReading(seriesOf(series[i]!), seq[i]!, time[i]!, v, qualityOf(flag))
  }
  return readings
}

/** What to name in a transfer list, so that the columns move instead of being copied. */
export function buffersOf(columns: Columns | Rows): ArrayBuffer[] {
  const { series, time, value, flags } = columns
  const arrays = 'seq' in columns ? [columns.seq, series, time, value, flags] : [series, time, value, flags]
  return arrays.map((array) => array.buffer as ArrayBuffer)
}
