import { GatewayError } from '../errors.ts'
import { isoTime } from '../feed/json.ts'
import type { Rejected, Store } from '../log/store.ts'
import { Query } from './query.ts'
import type { Route } from './route.ts'

export const rejectedParameters = ['limit', 'before']

/** What could not be decoded, newest first. Its bytes may be of any device, so a token must be for all of them. */
export function rejectedRoute(store: Store): Route {
  return {
    method: 'GET',
    path: '/api/rejected',
    need: 'read',
    async handle(exchange, { admin, read }) {
      if (!admin && !read.includes('*'))
        throw new GatewayError('forbidden', 'this needs a token for all devices', 'rivulet token create makes one')
      const query = new Query(exchange.querystring, rejectedParameters)
      const limit = query.whole('limit', 1, 1000) ?? 100
      const before = query.whole('before', 1, Number.MAX_SAFE_INTEGER)
      exchange.body = (await store.quarantine.list({ limit, ...(before !== undefined && { before }) })).map(show)
    },
  }
}

function show({ id, time, source, subject, reason, where, payload }: Rejected & { readonly id: number }) {
  const text = decode(payload)
  const hex = Buffer.from(payload).toString('hex')
  return { id, time: isoTime(time), source, subject, reason, where, hex, ...(text !== undefined && { text }) }
}

function decode(payload: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload)
  } catch {
    return undefined
  }
}
