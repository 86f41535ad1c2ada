import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { GatewayError } from '../errors.ts'
import {
  type Caller,
  callerOf,
  hostName,
  type Identity,
  isLoopbackName,
  type Listener,
  saysPassedOn,
  type Trust,
  type Verifier,
} from './access.ts'

export interface GateOptions {
  readonly tokens: Verifier
  /** No token is needed to read, on any address. */
  readonly anonymous: boolean
  /** Host names allowed beside this machine's own, for reverse proxies. With any, loopback needs a token as well. */
  readonly hosts: readonly string[]
  /** Web sites whose scripts may use the API (CORS). */
  readonly origins: readonly string[]
  /** Told once of the address under which a proxy is reached that does not say for whom it speaks. */
  readonly silentProxy?: (address: string) => void
}

/**
 * What every request passes first, streams and everything else alike.
 * @throws GatewayError `forbidden` for a Host that is not this machine, `usage` for two of them, `unauthorized` without a needed token
 */
export class Gate {
  readonly #options: GateOptions
  readonly #names: ReadonlySet<string>
  readonly #trust: Trust
  #isProxyTold = false

  constructor(options: GateOptions) {
    this.#options = options
    const own = hostname().toLowerCase()
    this.#names = new Set([own, `${own}.local`, ...options.hosts.map((host) => hostName(host))])
    // Nothing tells a request that a proxy passes on in silence from one of our own. Who names the hosts under which a proxy is
    // reached has one, and then being on this machine proves nothing.
    this.#trust = { anonymous: options.anonymous, loopback: options.hosts.length === 0 }
  }

  /**
   * DNS rebinding: a site may point its own name at this machine, and its scripts then share an origin with us. They
   * cannot change the Host header. An address instead of a name cannot be pointed anywhere, so any is allowed:
   * inside a container we do not know the addresses under which we are reached.
   */
  checkHost(req: IncomingMessage, listener: Listener): void {
    if (listener.kind === 'local' || req.headers.host === undefined) return
    // RFC 9112 §3.2: a proxy may have gone by the other one. Node keeps the first.
    if (req.rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === 'host').length > 1)
      throw new GatewayError('usage', 'the header Host is given more than once', 'give it once')
    const name = hostName(req.headers.host)
    if (isLoopbackName(name) || this.#names.has(name) || isAddress(name)) return
    throw new GatewayError(
      'forbidden',
      `this gateway is not called ${name}`,
      `add ${name} to http.hosts in the configuration`,
    )
  }

  caller(req: IncomingMessage, listener: Listener): Promise<Caller> {
    if (!this.#isProxyTold && listener.kind === 'tcp' && listener.loopback && this.#trust.loopback) this.#noteProxy(req)
    return callerOf(req, listener, this.#options.tokens, this.#trust)
  }

  /** Nobody reaches loopback under another address but through somebody else. */
  #noteProxy(req: IncomingMessage): void {
    const name = hostName(req.headers.host ?? '')
    if (!isAddress(name) || isLoopbackName(name) || saysPassedOn(req)) return
    this.#isProxyTold = true
    this.#options.silentProxy?.(name)
  }

  /** Whether what the identity rests on still stands: for answers that last. */
  holds({ id, byToken }: Identity): boolean {
    return !byToken || this.#options.tokens.holds(id)
  }

  /** CORS (Fetch §3.2): lets the listed sites read answers. Cookies are never shared with them; they send a token. */
  allowOrigin(req: IncomingMessage, res: ServerResponse): void {
    if (this.#options.origins.length === 0) return
    res.setHeader('vary', 'Origin')
    const { origin } = req.headers
    if (origin === undefined || !this.#options.origins.includes(origin)) return
    res.setHeader('access-control-allow-origin', origin)
    res.setHeader('access-control-expose-headers', 'Link, Rivulet-Gap, Rivulet-Next')
    if (req.method !== 'OPTIONS') return
    res.setHeader('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE')
    res.setHeader('access-control-allow-headers', 'Authorization, Content-Type, Last-Event-ID')
    res.setHeader('access-control-max-age', '600')
  }

  /** CSRF: what the browser adds by itself (a cookie, or being on this machine) proves nothing about which site asked. */
  checkWrite(req: IncomingMessage, { ambient }: Caller): void {
    if (ambient && isForeign(req))
      throw new GatewayError('forbidden', 'another web site may not change anything here', 'send a token')
  }
}

/**
 * Whether a page of another site had the browser send this. Browsers say so in Sec-Fetch-Site, where they trust the
 * connection, older ones in Origin; other programs send neither.
 */
export function isForeign({ headers }: IncomingMessage): boolean {
  const { 'sec-fetch-site': site, origin, host } = headers
  return (
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host)
  )
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[|\]$/g, '')) > 0
}

/** @throws GatewayError `forbidden` */
export function needAdmin(identity: Identity): void {
  if (!identity.admin)
    throw new GatewayError('forbidden', 'this needs an admin token', 'rivulet token create --admin makes one')
}
