import { GatewayError } from '../errors.ts'
import { compileFilter, type StreamFilter, type TagSource } from '../feed/filter.ts'
import { resumeAfter, type Start, startAfter } from '../feed/position.ts'
import type { Thinning } from '../feed/thinning.ts'
import type { Store } from '../log/store.ts'
import type { Identity } from './access.ts'
import type { Query } from './query.ts'

export const choiceParameters = ['device', 'metric', 'channel', 'tag']
const startParameters = ['after', 'since', 'last']
export const streamParameters = [...choiceParameters, ...startParameters, 'every', 'deadband']
/** A device's own stream is not told again which device. */
export const deviceStreamParameters = streamParameters.filter((name) => name !== 'device')

/** The most readings a series that a stream may begin back with. */
const lastMax = 100_000

/** Below, a stream as it is sends no more often than a screen shows; above, `/api/readings` answers better. */
const [everyMin, everyMax] = ['100ms', '1d'] as const

/** Which series a request asks for, within what its token allows; null for all. `device` comes from the path. */
export function chosen(query: Query, identity: Identity, source: TagSource, device?: string): StreamFilter | null {
  for (const name of ['device', 'metric'])
    if (query.all(name).includes(''))
      throw new GatewayError('usage', `${name} is given without a value`, `leave it out for every ${name}`)
  const devices = device === undefined ? query.all('device') : [device]
  const choice = { devices, metrics: query.all('metric'), channels: query.all('channel'), tags: tagsIn(query) }
  return compileFilter(choice, identity.read, source)
}

/** `floor:1` asks for a value, `floor` for the tag to be there. */
function tagsIn(query: Query): Map<string, string[]> {
  const tags = new Map<string, string[]>()
  for (const text of query.all('tag')) {
    const [, name, value = '*'] = /^([^:]+)(?::(.*))?$/s.exec(text) ?? []
    if (name === undefined) throw new GatewayError('usage', `tag=${text} names no tag`, 'use tag=floor:1 or tag=floor')
    tags.set(name, [...(tags.get(name) ?? []), value])
  }
  return tags
}

/** What the client would rather not be sent. */
export function thinningOf(query: Query): Thinning {
  return { everyMs: query.duration('every', everyMin, everyMax), deadband: query.positive('deadband') }
}

/** Where a stream begins. `Last-Event-ID` wins: an EventSource that reconnects repeats its old URL. */
export async function startOf(
  store: Store,
  query: Query,
  filter: StreamFilter | null,
  lastEventId: string | undefined,
): Promise<Start> {
  const given = startParameters.filter((name) => query.has(name))
  if (given.length > 1) throw new GatewayError('usage', `${given.join(' and ')} exclude each other`, 'give one of them')
  const after = query.one('after')
  const since = query.time('since')
  const last = query.whole('last', 0, lastMax)
  if (lastEventId) return resumeAfter(store, lastEventId)
  if (after !== undefined) return startAfter(store, after, 'after')
  if (since !== undefined) return { after: await store.seek(since) }
  if (last !== undefined) return { after: await store.seekLast(last, filter) }
  return { after: store.head }
}
