import { setImmediate } from 'node:timers/promises'
import type { ParameterizedContext } from 'koa'
import { GatewayError } from '../errors.ts'
import type { TagSource } from '../feed/filter.ts'
import { isoTime } from '../feed/json.ts'
import type { SeriesHistory, Store } from '../log/store.ts'
import type { Millis } from '../reading.ts'
import type { Identity } from './access.ts'
import { Query } from './query.ts'
import { choiceParameters, chosen } from './selection.ts'

export const historyParameters = [...choiceParameters, 'from', 'to', 'points']

const hourMs: Millis = 3_600_000

/** A longer range would look up a row for each day of it. */
const rangeMax: Millis = 50 * 366 * 24 * hourMs

const pointsMax = 5000

/** A chart across a window has about two pixels for each. */
const pointsDefault = 500

/** Answers a query for charts: the last hour unless said. */
export async function sendHistory(
  ctx: ParameterizedContext,
  store: Store,
  tags: TagSource,
  identity: Identity,
): Promise<void> {
  const query = new Query(ctx.querystring, historyParameters)
  const filter = chosen(query, identity, tags)
  const to = query.time('to') ?? Date.now()
  const from = query.time('from') ?? to - hourMs
  const points = query.whole('points', 1, pointsMax) ?? pointsDefault
  if (!(from < to)) throw new GatewayError('usage', 'from is not before to', 'ask for a range with from before to')
  if (to - from > rangeMax)
    throw new GatewayError('usage', 'the range is longer than 50 years', 'ask for a shorter one')
  const found = await store.history({ filter, times: { from, to }, points })
  const texts: string[] = []
  for (const history of found) {
    texts.push(historyJson(history))
    // Thousands of buckets are a few milliseconds each, and streams go first.
    await setImmediate()
  }
  ctx.type = 'application/json'
  ctx.body = `{"series":[${texts.join(',\n')}]}`
}

function historyJson({ series, resolution, buckets, doubts, changes }: SeriesHistory): string {
  const { device, metric, channel, unit } = series
  const head = JSON.stringify({ device, metric, ...(channel !== undefined && { channel }), unit, resolution })
  const body = buckets
    ? `"buckets":[${bucketsJson(buckets, doubts)}]`
    : `"changes":[${(changes ?? []).map(changeJson).join()}]`
  return `${head.slice(0, -1)},${body}}`
}

function bucketsJson(buckets: Float64Array, doubts: SeriesHistory['doubts']): string {
  const texts: string[] = []
  for (let i = 0; i < buckets.length; i += 5) {
    const [time, min, max, mean, count] = [buckets[i]!, buckets[i + 1], buckets[i + 2], buckets[i + 3], buckets[i + 4]]
    const quality = doubts?.get(time)
    const doubt = quality ? `,"quality":"${quality}"` : ''
    texts.push(`{"time":"${isoTime(time)}","min":${min},"max":${max},"mean":${mean},"count":${count}${doubt}}`)
  }
  return texts.join()
}

function changeJson({ time, ...said }: NonNullable<SeriesHistory['changes']>[number]): string {
  return `{"time":"${isoTime(time)}",${JSON.stringify(said).slice(1)}`
}
