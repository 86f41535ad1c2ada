import type { Server } from 'node:http'
import type { Http2SecureServer } from 'node:http2'
import { GatewayError } from '../errors.ts'
import type { DeviceDirectory } from '../feed/devices.ts'
import { Feed } from '../feed/feed.ts'
import type { Store } from '../log/store.ts'
import type { Millis } from '../reading.ts'
import type { Listener } from './access.ts'
import { backupRoute, tokenRoutes, type Users, userRoutes } from './admin-routes.ts'
import { createApp } from './app.ts'
import { closer } from './closing.ts'
import { deviceRoutes } from './device-routes.ts'
import { Gate } from './gate.ts'
import { type ClockReport, healthRoutes, type InputReport } from './health.ts'
import { inTurn } from './in-turn.ts'
import { limitConnections, limitRequests } from './limit-connections.ts'
import { type Address, isLoopback, listenFile, listenTcp } from './listen.ts'
import type { Logger } from './logger.ts'
import { createMetrics, type IntakeReport } from './metrics.ts'
import { describeApi, templateOf } from './openapi.ts'
import { servePage } from './page.ts'
import { type PortReport, portsRoute } from './ports.ts'
import { sendProblem } from './problem.ts'
import { rejectedRoute } from './rejected.ts'
import { RightsWatch } from './rights-watch.ts'
import type { Route } from './route.ts'
import { streamAsked, streamRoutes } from './stream-paths.ts'
import { Streams } from './streams.ts'
import { readCertificate, type TlsFiles } from './tls.ts'
import type { TokenStore } from './tokens.ts'
import { createPlain, createSecure } from './transport.ts'
import { unguardedPage } from './unguarded.ts'

export interface HttpDeps {
  readonly store: Store
  readonly directory: DeviceDirectory
  readonly tokens: TokenStore
  /** Of the embedded broker; null when there is none. */
  readonly users: Users | null
  /** How each input is doing, for health and metrics. */
  readonly inputs: () => readonly InputReport[]
  /** The serial ports of this machine. */
  readonly ports: () => Promise<readonly PortReport[]>
  readonly clock: ClockReport
  /** What came in, for metrics. */
  readonly intake: IntakeReport
  readonly logger: Logger
  readonly version: string
  /** The built page. */
  readonly pageFolder: string
  /** Where a backup is made before it is sent: needs as much room as the database. */
  readonly backupFolder: string
  readonly options: HttpOptions
}

export interface HttpOptions {
  /** No token is needed to read, on any address. */
  readonly anonymous: boolean
  /** Host names allowed beside this machine's own, for reverse proxies. With any, loopback needs a token as well. */
  readonly hosts: readonly string[]
  /** Web sites whose scripts may use the API (CORS). */
  readonly origins: readonly string[]
  readonly maxStreams: number
  /** Connections that one address may have, and requests at a time; loopback is exempt. No bound unless said. */
  readonly connectionsPerAddress?: number | undefined
  /** Within how long a request has to arrive, head and body; 30 s unless said. */
  readonly requestMs?: Millis | undefined
  /** How long nothing of an answer may move; ten minutes unless said. */
  readonly idleMs?: Millis | undefined
  /** Serve HTTPS, HTTP/2 or HTTP/1.1 as the client likes; the local socket stays plain. */
  readonly tls?: TlsFiles | undefined
  /** After how long without progress a stream is closed; two minutes unless said. */
  readonly stalledMs?: Millis | undefined
  /** After how much quiet a stream says where it stands; 15 s unless said. */
  readonly quietMs?: Millis | undefined
}

export interface HttpServer {
  /** What there is, such as `GET /api/devices/{id}`. */
  readonly routes: readonly string[]
  /**
   * Listens on an address; port 0 takes a free one. Returns the address taken.
   * @throws GatewayError `config` beyond loopback when nobody could sign in; `conflict` when the port is in use
   */
  listen(address: Address): Promise<Address>
  /** Listens on a socket file for the commands of this machine, whose user is the owner. */
  listenLocal(path: string): Promise<void>
  /**
   * Reads the certificate anew; connections that are open keep the old one.
   * @throws GatewayError `config` when it cannot be used: the old one stays in use
   */
  renewCertificate(files: TlsFiles): void
  /** Ends streams so that their clients come back, answers what has begun, and closes. */
  close(): Promise<void>
}

/** A request that takes longer to arrive (not to answer) comes from a broken or a hostile client. */
const requestMsDefault: Millis = 30_000

/**
 * An answer of which nothing moves for so long has nobody to read it: a backup would keep its file on the disk for ever. Making
 * one of a large database on a card takes minutes, though.
 */
const idleMsDefault: Millis = 600_000

/** Connections for everything but streams: a browser keeps six open, and no request takes long. */
const connectionsBeside = 1000

export function createHttpServer(deps: HttpDeps): HttpServer {
  const { store, directory, tokens, logger, options } = deps
  const gate = new Gate({
    tokens,
    ...options,
    silentProxy: (address) =>
      logger.warn(
        { address },
        `a request for ${address} came over loopback: a proxy passes it on and does not say for whom. Whoever reaches that proxy can pass for this machine: set http.hosts to [${address}]`,
      ),
  })
  const rights = new RightsWatch((identity) => gate.holds(identity))
  const feed = new Feed(store, directory, options.quietMs)
  const streams = new Streams(feed, store, gate, logger, { max: options.maxStreams, stalledMs: options.stalledMs })
  const metrics = createMetrics({ ...deps, feed, streams })
  const routes: Route[] = [
    ...deviceRoutes(store, directory),
    ...streamRoutes,
    rejectedRoute(store),
    ...tokenRoutes(store, tokens),
    ...userRoutes(store, deps.users),
    backupRoute(store, deps.backupFolder),
    portsRoute(deps.ports),
    ...healthRoutes(store, deps.inputs, deps.clock, () => streams.closing),
    metrics.route,
  ]
  routes.push(descriptionRoute(routes, deps.version))
  const page = servePage(deps.pageFolder, tokens)
  const closers: (() => Promise<void>)[] = []
  const times = { requestMs: options.requestMs ?? requestMsDefault, idleMs: options.idleMs ?? idleMsDefault }
  const secure: Http2SecureServer[] = []
  const perAddress = options.connectionsPerAddress ?? Number.POSITIVE_INFINITY
  const mayBegin = limitRequests(perAddress)

  const serverFor = (listener: Listener): Server | Http2SecureServer => {
    const app = createApp(routes, page, { gate, rights, logger, listener }).callback()
    const answer = inTurn((req, res) => {
      // RFC 9113 §8.3.1: what HTTP/2 says instead of Host.
      if (req.httpVersionMajor >= 2) req.headers.host = (req.headers[':authority'] as string) ?? req.headers.host
      const asked = req.method === 'GET' || req.method === 'HEAD' ? streamAsked(req) : undefined
      if (!mayBegin(req, res)) asked ? streams.turnAway(res) : sendProblem(res, tooMany(perAddress))
      else if (asked) void streams.serve(req, res, listener, asked.device)
      else void app(req, res)
    })
    const tls = listener.kind === 'tcp' ? options.tls : undefined
    const server = tls ? createSecure(tls, times, answer) : createPlain(times, answer)
    if (tls) secure.push(server as Http2SecureServer)
    limitConnections(server, { perAddress, inAll: options.maxStreams + connectionsBeside }, logger)
    closers.push(closer(server))
    return server
  }

  return {
    routes: routes.map(({ method, path }) => `${method} ${templateOf(path)}`),
    listen: async (address) => {
      const loopback = isLoopback(address)
      const refusal = unguardedPage(address, options.anonymous, tokens)
      if (refusal) throw refusal
      return listenTcp(serverFor({ kind: 'tcp', loopback }), address)
    },
    listenLocal: (path) => listenFile(serverFor({ kind: 'local', loopback: true }), path),
    renewCertificate: (files) => {
      const certificate = readCertificate(files)
      for (const server of secure) server.setSecureContext(certificate)
    },
    close: async () => {
      streams.close()
      await Promise.all(closers.map((close) => close()))
      rights.close()
      feed.close()
      metrics.close()
    },
  }
}

function descriptionRoute(routes: readonly Route[], version: string): Route {
  let description: object | undefined
  return {
    method: 'GET',
    path: '/api/openapi.json',
    need: 'none',
    handle(exchange) {
      // Anybody may ask, and again and again: it is made once.
      description ??= describeApi(routes, version)
      exchange.body = description
    },
  }
}

function tooMany(perAddress: number): GatewayError {
  return new GatewayError(
    'unavailable',
    `${perAddress} requests of this address are being answered`,
    'wait for some of them',
  )
}
