import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { ParameterizedContext } from 'koa'
import { GatewayError } from '../errors.ts'
import type { StreamFilter } from '../feed/filter.ts'
import { type Gap, positionId } from '../feed/position.ts'
import type { TimeRange } from '../log/log.ts'
import type { Store } from '../log/store.ts'
import type { Seq } from '../reading.ts'
import { type Format, formats, header, lines } from './reading-text.ts'

export interface ExportRange {
  readonly after: Seq
  readonly gap: Gap | undefined
  readonly filter: StreamFilter | null
  readonly times: TimeRange
}

/** Readings written at a time: a few milliseconds of work, and half a megabyte that waits for a slow client. */
const readingsAtOnce = 2048

/**
 * Answers with everything that was stored when it was asked for, as one stream that takes as much memory for ten
 * readings as for ten million.
 * @throws GatewayError `usage` for JSON, whose brackets close only after the last of them
 */
export function sendAll(ctx: ParameterizedContext, store: Store, range: ExportRange, format: Format): void {
  if (format === 'json')
    throw new GatewayError('usage', 'limit=all is not possible with format=json', 'use format=ndjson or format=csv')
  const after = Math.max(range.after, store.floor - 1)
  const lost: Gap | undefined =
    after > range.after ? { from: range.after + 1, to: after, reason: 'retention' } : undefined
  // It ends here: it could not catch up with a log that grows as fast as it is read.
  const end = Math.max(after, store.head)
  setBeside(ctx, positionId(store.runs, end), range.gap ?? lost)
  const day = new Date().toISOString().slice(0, 10)
  ctx.set('content-disposition', `attachment; filename="readings-${day}.${format}"`)
  ctx.type = formats[format]
  ctx.body = Readable.from(texts(store, { ...range, after }, end, format))
}

/** What lines have no room for: where to go on, and what is missing. */
export function setBeside(ctx: ParameterizedContext, next: string, gap: Gap | undefined): void {
  ctx.set('rivulet-next', next)
  if (gap) ctx.set('rivulet-gap', JSON.stringify(gap))
}

async function* texts(store: Store, { after, filter, times }: ExportRange, end: Seq, format: 'ndjson' | 'csv') {
  yield header[format]
  for (let place = after; place < end; await setImmediate()) {
    const page = await store.read(place, filter, readingsAtOnce, times)
    // Nothing can be said in the middle of a file, so it must not look complete.
    if (page.lost) throw new GatewayError('unavailable', 'readings were dropped by retention while they were exported')
    const text = lines[format](page.readings.filter(({ seq }) => seq <= end))
    if (text !== '') yield text
    place = page.next
  }
}
