import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../errors.ts'

/** Who asks, and what they may do. */
export interface Identity {
  readonly id: string
  /** Their rights rest on the token of that id, and end with it. */
  readonly byToken: boolean
  readonly admin: boolean
  /** Globs of the devices whose readings they may see. */
  readonly read: readonly string[]
}

/** Knows tokens. */
export interface Verifier {
  /** Null for a token that is unknown, revoked or expired. */
  verify(token: string): Promise<Identity | null>
  /** Whether the token of that id is still neither revoked nor expired. */
  holds(id: string): boolean
}

/** Where a request came in. */
export interface Listener {
  /** `local`: the socket file in the data folder, which only the gateway's own user can open. */
  readonly kind: 'local' | 'tcp'
  /** Only programs on this machine can reach it. */
  readonly loopback: boolean
}

export const cookieName = 'rivulet_token'

const owner: Identity = { id: 'local', byToken: false, admin: true, read: ['*'] }
const loopbackVisitor: Identity = { id: 'loopback', byToken: false, admin: true, read: ['*'] }
const visitor: Identity = { id: 'anonymous', byToken: false, admin: false, read: ['*'] }

/** A request's identity, and whether a browser adds what proves it by itself, so that another site could misuse it. */
export interface Caller {
  readonly identity: Identity
  readonly ambient: boolean
}

/** Who needs no token. */
export interface Trust {
  /** Everybody who only reads. */
  readonly anonymous: boolean
  /** Programs on this machine, by a listener that only they can reach. */
  readonly loopback: boolean
}

/**
 * Who sends the request: the token it carries; else, without one, the owner over the local socket, and anybody where
 * that is allowed.
 * @throws GatewayError `unauthorized` for no token where one is needed, and for a wrong one everywhere
 */
export async function callerOf(
  req: IncomingMessage,
  listener: Listener,
  tokens: Verifier,
  trust: Trust,
): Promise<Caller> {
  const bearer = /^Bearer +([^ ]+)$/i.exec(req.headers.authorization ?? '')?.[1]
  const token = bearer ?? cookieToken(req)
  if (token !== undefined) {
    const identity = await tokens.verify(token)
    if (identity) return { identity, ambient: bearer === undefined }
    // A browser goes on sending the cookie of a token that was revoked: where no token is needed, neither is that one.
    if (bearer !== undefined) throw new GatewayError('unauthorized', 'the token is not valid', 'ask for another one')
  }
  if (listener.kind === 'local') return { identity: owner, ambient: false }
  if (listener.loopback && trust.loopback && isDirect(req)) return { identity: loopbackVisitor, ambient: true }
  if (trust.anonymous) return { identity: visitor, ambient: true }
  throw new GatewayError(
    'unauthorized',
    token === undefined ? 'a token is needed here' : 'the token is not valid',
    'send Authorization: Bearer <token>, or open /?token=<token> in a browser; rivulet token create makes one',
  )
}

/**
 * A reverse proxy on this machine reaches the loopback listener for somebody else. Most say so in a header. nginx, unless told
 * otherwise, does not, but speaks HTTP/1.0, as no program does any more that comes by itself. What a proxy passes on unchanged
 * and in silence, as HAProxy does, looks like ours when its sender gives `localhost` as Host: see `Gate`.
 */
function isDirect(req: IncomingMessage): boolean {
  const { host } = req.headers
  return !saysPassedOn(req) && (host === undefined || isLoopbackName(hostName(host)))
}

/** Whether it can be seen by more than its Host that it comes from a proxy. */
export function saysPassedOn({ headers, httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.0' || Object.keys(headers).some((name) => passedOn.test(name))
}

/** RFC 7239, RFC 9110 §7.6.3, and what was usual before and beside them. */
const passedOn =
  /^(forwarded|via|x-(forwarded|real|original|client|envoy)-.+|(cf|fastly|true)-.*client-ip|cf-connecting-ip)$/

function cookieToken(req: IncomingMessage): string | undefined {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const [name, value] = pair.trim().split('=', 2)
    if (name === cookieName && value) return value
  }
  return undefined
}

/** The name in a Host header, without the port, in lower case. */
export function hostName(host: string): string {
  return (/^\[[^\]]*\]/.exec(host)?.[0] ?? host.replace(/:\d*$/, '')).toLowerCase()
}

/** RFC 6761 §6.3 and the loopback addresses. */
export function isLoopbackName(name: string): boolean {
  return (
    name === '' ||
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(name)
  )
}
