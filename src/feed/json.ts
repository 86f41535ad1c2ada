import type { LoggedReading, Millis } from '../reading.ts'

/**
 * The JSON text of a reading, as streams and queries send it. Written by hand because this is the hot path: everything
 * that belongs to the series is escaped once and kept, which leaves a few concatenations a reading.
 * What is not plain goes through `JSON.stringify`, which leaves no line break, NUL or lone surrogate in the text.
 */
export function readingJson(reading: LoggedReading): string {
  const { head, tail } = seriesText(reading)
  const { value } = reading
  const text = `{"seq":${reading.seq}${head}${typeof value === 'string' ? JSON.stringify(value) : value}${tail}${isoTime(reading.time)}"`
  return reading.quality === undefined ? `${text}}` : `${text},"quality":"${reading.quality}"}`
}

/** RFC 3339 in UTC with milliseconds. Times that have no such form (years below 0 and above 9999) become the nearest. */
export function isoTime(time: Millis): string {
  const bounded = Math.floor(Math.min(Math.max(time, firstTime), lastTime))
  const second = Math.floor(bounded / 1000)
  if (second !== shownSecond) {
    shownSecond = second
    shownText = new Date(second * 1000).toISOString().slice(0, 19)
  }
  return shownText + fractions[bounded - second * 1000]
}

const firstTime: Millis = Date.parse('0000-01-01T00:00:00.000Z')
const lastTime: Millis = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const fractions = Array.from({ length: 1000 }, (_, ms) => `.${String(ms).padStart(3, '0')}Z`)
let shownSecond = Number.NaN
let shownText = ''

interface SeriesText {
  readonly channel: string | undefined
  readonly unit: string | null
  /** From the device up to the value. */
  readonly head: string
  /** From the unit up to the time. */
  readonly tail: string
}

/** By device and metric; the few channels and units of one metric in a row. */
const known = new Map<string, Map<string, SeriesText[]>>()
let knownCount = 0

/** Texts are about 200 bytes: 10 MB at most. Beyond that (which no set of sensors is) they are made anew. */
const knownMax = 50_000

function seriesText(reading: LoggedReading): SeriesText {
  const texts = known.get(reading.device)?.get(reading.metric)
  if (texts) {
    for (const text of texts) if (text.channel === reading.channel && text.unit === reading.unit) return text
  }
  return addSeriesText(reading)
}

function addSeriesText({ device, metric, channel, unit }: LoggedReading): SeriesText {
  if (++knownCount > knownMax) {
    known.clear()
    knownCount = 1
  }
  const place = channel === undefined ? '' : `,"channel":${JSON.stringify(channel)}`
  const text: SeriesText = {
    channel,
    unit,
    head: `,"device":${JSON.stringify(device)},"metric":${JSON.stringify(metric)}${place},"value":`,
    tail: `,"unit":${JSON.stringify(unit)},"time":"`,
  }
  const metrics = known.get(device) ?? new Map<string, SeriesText[]>()
  known.set(device, metrics)
  metrics.set(metric, [...(metrics.get(metric) ?? []), text])
  return text
}
