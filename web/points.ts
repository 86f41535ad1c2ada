import type { LoggedReading, Millis, Quality, Seq, Value } from '../src/reading.ts'

/** Most points of one line: an hour at ten readings a second, and a little. About 1 MB with its times. */
const pointsMax = 40_000

/** Points worth plotting: two for each pixel of a wide screen. Of more, the extremes are plotted, so that no spike is lost. */
const plottedMax = 4000

/** Most `gap` events remembered for a line. One comes with a long absence, not often. */
const cutsMax = 100

/** Silence shorter than this is never drawn as a gap: sensors are late at times. */
const silenceLeastMs = 60_000

/** Times and values for a chart; null breaks the line. */
export interface Columns {
  readonly times: Millis[]
  readonly values: (Value | null)[]
  /** The extremes of what each value sums up. */
  readonly low?: (number | null)[]
  readonly high?: (number | null)[]
  /** Where any of them deserves less trust: what is to be said of each. */
  readonly doubts?: (Quality | null)[]
}

/** Before anything is known. */
export const nothing: Columns = { times: [], values: [] }

/** The points of one line, by time; bounded: old ones leave as new ones come. */
export interface Points {
  readonly length: number
  /** Adds a live reading where its time belongs. One that is already there (same seq) is left out. */
  add(reading: LoggedReading): void
  /** Adds many at once, of any time: what the history had, before and among the live ones. */
  addAll(readings: readonly LoggedReading[]): void
  /** The log lost readings up to `to`: no line is to be drawn across. */
  cut(to: Seq): void
  /** Drops what lies before `time`, but for the last of it: from there the line comes, and what it was then holds. */
  forget(time: Millis): void
  clear(): void
  /** The points in [from, to] and one on each side of it, so that lines run to the edges, with nulls in the gaps. */
  columns(from: Millis, to: Millis): Columns
}

export function createPoints(): Points {
  let times: Millis[] = []
  let values: Value[] = []
  let seqs: Seq[] = []
  let qualities: (Quality | null)[] = []
  const cuts: Seq[] = []

  function dropFirst(count: number): void {
    times = times.slice(count)
    values = values.slice(count)
    seqs = seqs.slice(count)
    qualities = qualities.slice(count)
  }

  return {
    get length() {
      return times.length
    },
    add({ seq, time, value, quality = null }) {
      const at = upperBound(times, time)
      for (let same = at - 1; same >= 0 && times[same] === time; same--) if (seqs[same] === seq) return
      if (at === times.length) {
        times.push(time)
        values.push(value)
        seqs.push(seq)
        qualities.push(quality)
      } else {
        times.splice(at, 0, time)
        values.splice(at, 0, value)
        seqs.splice(at, 0, seq)
        qualities.splice(at, 0, quality)
      }
      // An eighth at once: moving all of them for every new point would cost more than drawing them.
      if (times.length > pointsMax) dropFirst(pointsMax >> 3)
    },
    addAll(readings) {
      const known = new Set(seqs)
      const all = times.map((time, at) => ({
        seq: seqs[at]!,
        time,
        value: values[at]!,
        quality: qualities[at] ?? null,
      }))
      for (const { seq, time, value, quality = null } of readings)
        if (!known.has(seq)) all.push({ seq, time, value, quality })
      all.sort((a, b) => a.time - b.time || a.seq - b.seq)
      const kept = all.slice(-pointsMax)
      times = kept.map(({ time }) => time)
      values = kept.map(({ value }) => value)
      seqs = kept.map(({ seq }) => seq)
      qualities = kept.map(({ quality }) => quality)
    },
    cut(to) {
      cuts.push(to)
      if (cuts.length > cutsMax) cuts.shift()
    },
    forget(time) {
      const count = upperBound(times, time) - 1
      if (count > times.length >> 3) dropFirst(count)
    },
    clear() {
      dropFirst(times.length)
      cuts.length = 0
    },
    columns(from, to) {
      const first = Math.max(0, upperBound(times, from) - 1)
      const last = Math.min(times.length - 1, upperBound(times, to))
      const isState = typeof values[first] !== 'number'
      // A state holds until another one is heard.
      const silenceMs = isState ? Number.POSITIVE_INFINITY : longestSilence(times)
      const columns = { times: [] as Millis[], values: [] as (Value | null)[], doubts: [] as (Quality | null)[] }
      const push = (at: number) => {
        columns.times.push(times[at]!)
        columns.values.push(values[at]!)
        columns.doubts.push(qualities[at]!)
      }
      const isBroken = (at: number) =>
        times[at]! - times[at - 1]! > silenceMs || cuts.some((cut) => seqs[at - 1]! <= cut && seqs[at]! > cut)
      const isDense = last - first >= plottedMax && !isState
      // By time and not by index, so that the same points stay together while the chart moves on.
      const bucketMs = (to - from) / (plottedMax / 2)
      const bucketOf = (at: number) => Math.floor(times[at]! / bucketMs)
      for (let at = first; at <= last; ) {
        if (at > first && isBroken(at)) {
          columns.times.push((times[at - 1]! + times[at]!) / 2)
          columns.values.push(null)
          columns.doubts.push(null)
        }
        let end = at + 1
        while (isDense && end <= last && bucketOf(end) === bucketOf(at) && !isBroken(end)) end++
        pushExtremes(push, values, at, end)
        at = end
      }
      return withDoubts(columns)
    },
  }
}

/** Without the column of doubts where there is none: most charts. */
export function withDoubts({ doubts = [], ...columns }: Columns): Columns {
  return doubts.some((doubt) => doubt !== null) ? { ...columns, doubts } : columns
}

/** Index of the point nearest to a time; -1 where that is a gap, or where there is none. */
export function nearestPoint({ times, values }: Columns, time: Millis): number {
  const after = upperBound(times, time)
  const nearest = after > 0 && !(times[after]! - time < time - times[after - 1]!) ? after - 1 : after
  return values[nearest] == null ? -1 : nearest
}

/** Index of the last point up to a time; -1 where there is none, or it breaks the line. */
export function pointUpTo({ times, values }: Columns, time: Millis): number {
  const at = upperBound(times, time) - 1
  return values[at] == null ? -1 : at
}

/**
 * Silence after which a line is broken: four times what nine of ten intervals keep to. A sensor that reports on change
 * has long and short ones, and must not fall into pieces; one that reports every second is missed after a minute.
 */
export function longestSilence(times: readonly Millis[]): Millis {
  const sampled: Millis[] = []
  const step = Math.max(1, Math.floor(times.length / 256))
  for (let at = 1; at < times.length; at += step) sampled.push(times[at]! - times[at - 1]!)
  if (sampled.length < 4) return Number.POSITIVE_INFINITY
  sampled.sort((a, b) => a - b)
  return Math.max(silenceLeastMs, 4 * sampled[Math.floor(sampled.length * 0.9)]!)
}

/** Pushes the least and the greatest of [at, end), in the order in which they came. */
function pushExtremes(push: (at: number) => void, values: readonly Value[], at: number, end: number): void {
  let least = at
  let greatest = at
  for (let next = at + 1; next < end; next++) {
    if (values[next]! < values[least]!) least = next
    if (values[next]! > values[greatest]!) greatest = next
  }
  const [first, second] = least < greatest ? [least, greatest] : [greatest, least]
  push(first)
  if (second !== first) push(second)
}

/** Index of the first entry above the limit; usually the end, which is tried first. */
function upperBound(sorted: readonly number[], limit: number): number {
  let high = sorted.length
  if (high === 0 || sorted[high - 1]! <= limit) return high
  let low = 0
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= limit) low = middle + 1
    else high = middle
  }
  return low
}
