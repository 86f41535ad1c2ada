import { GatewayError } from '../errors.ts'
import { compileFilter, type StreamFilter } from '../feed/filter.ts'
import { resumeAfter, type Start, startAfter } from '../feed/position.ts'
import type { Store } from '../log/store.ts'
import type { Identity } from './access.ts'
import type { Query } from './query.ts'

export const choiceParameters = ['device', 'metric', 'channel']
const startParameters = ['after', 'since', 'last']
export const streamParameters = [...choiceParameters, ...startParameters]
/** A device's own stream is not told again which device. */
export const deviceStreamParameters = streamParameters.filter((name) => name !== 'device')

/** The most readings a series that a stream may begin back with. */
const lastMax = 100_000

/** Which series a request asks for, within what its token allows; null for all. `device` comes from the path. */
export function chosen(query: Query, identity: Identity, device?: string): StreamFilter | null {
  const devices = device === undefined ? query.all('device') : [device]
  return compileFilter({ devices, metrics: query.all('metric'), channels: query.all('channel') }, identity.read)
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
