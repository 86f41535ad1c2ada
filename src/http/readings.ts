import type { ParameterizedContext } from 'koa'
import { GatewayError } from '../errors.ts'
import type { StreamFilter, TagSource } from '../feed/filter.ts'
import { isoTime, readingJson } from '../feed/json.ts'
import { type Gap, positionId, startAfter } from '../feed/position.ts'
import type { Store } from '../log/store.ts'
import type { LoggedReading, Millis, Seq } from '../reading.ts'
import type { Identity } from './access.ts'
import { Query } from './query.ts'
import { choiceParameters, chosen } from './selection.ts'

export const readingsParameters = [...choiceParameters, 'from', 'to', 'after', 'limit', 'format']

const formats = { json: 'application/json', ndjson: 'application/x-ndjson', csv: 'text/csv' } as const
type Format = keyof typeof formats

/** One answer searches the log for at most this long; what is left is another page. */
const searchMs: Millis = 250

/** Answers a query for stored readings with one page of them, in the order of the log. */
export async function sendReadings(
  ctx: ParameterizedContext,
  store: Store,
  tags: TagSource,
  identity: Identity,
): Promise<void> {
  const query = new Query(ctx.querystring, readingsParameters)
  const format = formatOf(ctx, query)
  const filter = chosen(query, identity, tags)
  const limit = query.whole('limit', 1, 10_000) ?? 1000
  const times = {
    from: query.time('from') ?? Number.NEGATIVE_INFINITY,
    to: query.time('to') ?? Number.POSITIVE_INFINITY,
  }
  const { after, gap } = await beginning(store, query, times.from)
  const page = await search(store, after, filter, times, limit)
  const next = positionId(store.runs, page.next)
  const missing = gap ?? page.gap
  if (page.next < store.head) ctx.set('link', `<${nextUrl(ctx, next)}>; rel="next"`)
  if (missing && format !== 'json') ctx.set('rivulet-gap', JSON.stringify(missing))
  ctx.type = formats[format]
  ctx.body = render[format](page.readings, next, missing)
}

function formatOf(ctx: ParameterizedContext, query: Query): Format {
  const name = query.one('format')
  if (name !== undefined) {
    if (name in formats) return name as Format
    throw new GatewayError('usage', `format=${name} is not known`, 'use json, ndjson or csv')
  }
  const accepted = ctx.accepts(Object.values(formats))
  return (Object.keys(formats) as Format[]).find((format) => formats[format] === accepted) ?? 'json'
}

/** After the given position, from the first reading of the given time on, or from the oldest. */
async function beginning(store: Store, query: Query, from: Millis): Promise<{ after: Seq; gap?: Gap }> {
  const after = query.one('after')
  if (after !== undefined) return startAfter(store, after, 'after')
  if (from > Number.NEGATIVE_INFINITY) return { after: Math.max(await store.seek(from), store.floor - 1) }
  return { after: store.floor - 1 }
}

interface Times {
  readonly from: Millis
  readonly to: Millis
}

interface Found {
  readonly readings: readonly LoggedReading[]
  readonly next: Seq
  readonly gap?: Gap
}

/**
 * Searches up to the head even where `to` is long past: devices that store and forward bring old times late, and one
 * clock that runs ahead would end the search early.
 */
async function search(
  store: Store,
  after: Seq,
  filter: StreamFilter | null,
  times: Times,
  limit: number,
): Promise<Found> {
  const until = performance.now() + searchMs
  const readings: LoggedReading[] = []
  let next = after
  let gap: Gap | undefined
  do {
    const page = await store.read(next, filter, limit - readings.length)
    if (page.lost) gap ??= { ...page.lost, reason: 'retention' }
    for (const reading of page.readings)
      if (reading.time >= times.from && reading.time < times.to) readings.push(reading)
    next = page.next
  } while (readings.length < limit && next < store.head && performance.now() < until)
  return { readings, next, ...(gap && { gap }) }
}

function nextUrl(ctx: ParameterizedContext, next: string): string {
  const parameters = new URLSearchParams(ctx.querystring)
  parameters.set('after', next)
  return `${ctx.path}?${parameters}`
}

const render: Record<Format, (readings: readonly LoggedReading[], next: string, gap: Gap | undefined) => string> = {
  json: (readings, next, gap) =>
    `{"readings":[${readings.map(readingJson).join(',\n')}],"next":"${next}"${gap ? `,"gap":${JSON.stringify(gap)}` : ''}}`,
  ndjson: (readings) => readings.map((reading) => `${readingJson(reading)}\n`).join(''),
  // RFC 4180: lines end in CRLF.
  csv: (readings) =>
    `${['seq,time,device,metric,channel,value,unit,quality', ...readings.map(csvLine)].join('\r\n')}\r\n`,
}

function csvLine({ seq, time, device, metric, channel, value, unit, quality }: LoggedReading): string {
  return [seq, isoTime(time), device, metric, channel ?? '', value, unit ?? '', quality ?? ''].map(csvField).join(',')
}

function csvField(value: string | number | boolean): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
