import type { ParameterizedContext } from 'koa'
import { GatewayError } from '../errors.ts'
import type { StreamFilter, TagSource } from '../feed/filter.ts'
import { type Gap, positionId, startAfter } from '../feed/position.ts'
import type { TimeRange } from '../log/log.ts'
import type { Store } from '../log/store.ts'
import type { LoggedReading, Millis, Seq } from '../reading.ts'
import type { Identity } from './access.ts'
import { sendAll, setBeside } from './export.ts'
import { Query } from './query.ts'
import { type Format, formats, renderPage } from './reading-text.ts'
import { choiceParameters, chosen } from './selection.ts'

export const readingsParameters = [...choiceParameters, 'from', 'to', 'after', 'limit', 'format']

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
  const isAll = query.one('limit') === 'all'
  const limit = isAll ? null : (query.whole('limit', 1, 10_000) ?? 1000)
  const times = {
    from: query.time('from') ?? Number.NEGATIVE_INFINITY,
    to: query.time('to') ?? Number.POSITIVE_INFINITY,
  }
  const { after, gap } = await beginning(store, query, times.from)
  if (limit === null) return sendAll(ctx, store, { after, gap, filter, times }, format)
  const page = await search(store, after, filter, times, limit)
  const next = positionId(store.runs, page.next)
  const missing = gap ?? page.gap
  if (page.next < store.head) ctx.set('link', `<${nextUrl(ctx, next)}>; rel="next"`)
  if (format !== 'json') setBeside(ctx, next, missing)
  ctx.type = formats[format]
  ctx.body = renderPage(format, page.readings, next, missing)
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

interface Found {
  readonly readings: readonly LoggedReading[]
  readonly next: Seq
  readonly gap?: Gap
}

/**
 * Goes on to the head even where `to` is long past: devices that store and forward bring old times late, and one clock
 * that runs ahead would end the search early. Blocks of the log that hold no such time are not read.
 */
async function search(
  store: Store,
  after: Seq,
  filter: StreamFilter | null,
  times: TimeRange,
  limit: number,
): Promise<Found> {
  const until = performance.now() + searchMs
  const readings: LoggedReading[] = []
  let next = after
  let gap: Gap | undefined
  do {
    const page = await store.read(next, filter, limit - readings.length, times)
    if (page.lost) gap ??= { ...page.lost, reason: 'retention' }
    readings.push(...page.readings)
    next = page.next
  } while (readings.length < limit && next < store.head && performance.now() < until)
  return { readings, next, ...(gap && { gap }) }
}

function nextUrl(ctx: ParameterizedContext, next: string): string {
  const parameters = new URLSearchParams(ctx.querystring)
  parameters.set('after', next)
  return `${ctx.path}?${parameters}`
}
