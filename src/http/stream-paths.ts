import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../errors.ts'
import type { DeviceId } from '../reading.ts'
import type { Route } from './route.ts'

/** The stream that a request is for, of one device where one is named; undefined for what is no stream. */
export function streamAsked({ url = '' }: IncomingMessage): { readonly device?: DeviceId } | undefined {
  // The whole address may stand there (RFC 9112 §3.2.2).
  const match = /^(?:[A-Za-z]+:\/\/[^/?#]*)?\/api\/(?:stream|devices\/([^/?#]+)\/stream)(?:[?#]|$)/.exec(url)
  if (!match) return undefined
  return match[1] === undefined ? {} : { device: unescaped(match[1]) }
}

/** For the description of the API, and for methods that are none of theirs: the rest never comes to Koa (see streams.ts). */
export const streamRoutes: readonly Route[] = ['/api/stream', '/api/devices/:id/stream'].map((path) => ({
  method: 'GET',
  path,
  need: 'read',
  handle() {
    throw new GatewayError('not-found', 'the address of this stream holds what does not belong there', `GET ${path}`)
  },
}))

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
