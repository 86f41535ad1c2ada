import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { GatewayError } from '../errors.ts'
import type { DeviceDirectory } from '../feed/devices.ts'
import { Feed } from '../feed/feed.ts'
import type { Store } from '../log/store.ts'
import type { Listener } from './access.ts'
import { backupRoute, tokenRoutes, type Users, userRoutes } from './admin-routes.ts'
import { createApp } from './app.ts'
import { closer } from './closing.ts'
import { deviceRoutes } from './device-routes.ts'
import { Gate } from './gate.ts'
import { healthRoutes, type InputReport } from './health.ts'
import { type Address, isLoopback, listenFile, listenTcp } from './listen.ts'
import type { Logger } from './logger.ts'
import { createMetrics } from './metrics.ts'
import { describeApi, templateOf } from './openapi.ts'
import { servePage } from './page.ts'
import { rejectedRoute } from './rejected.ts'
import type { Route } from './route.ts'
import { Streams } from './streams.ts'
import type { TokenStore } from './tokens.ts'

export interface HttpDeps {
  readonly store: Store
  readonly directory: DeviceDirectory
  readonly tokens: TokenStore
  /** Of the embedded broker; null when there is none. */
  readonly users: Users | null
  /** How each input is doing, for health and metrics. */
  readonly inputs: () => readonly InputReport[]
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
  /** Host names allowed beside this machine's own, for reverse proxies. */
  readonly hosts: readonly string[]
  /** Web sites whose scripts may use the API (CORS). */
  readonly origins: readonly string[]
  readonly maxStreams: number
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
  /** Ends streams so that their clients come back, answers what has begun, and closes. */
  close(): Promise<void>
}

/** Enough for a query with many devices and a token; longer ones are refused with 431. */
const headerBytesMax = 16_384

/** A request that takes longer to arrive (not to answer) comes from a broken or a hostile client. */
const requestMs = 30_000

export function createHttpServer(deps: HttpDeps): HttpServer {
  const { store, directory, tokens, logger, options } = deps
  const gate = new Gate({ tokens, ...options })
  const feed = new Feed(store, directory)
  const streams = new Streams(feed, store, gate, logger, options.maxStreams)
  const metrics = createMetrics({ ...deps, feed, streams })
  const routes: Route[] = [
    ...deviceRoutes(store, directory),
    rejectedRoute(store),
    ...tokenRoutes(store, tokens),
    ...userRoutes(store, deps.users),
    backupRoute(store, deps.backupFolder),
    ...healthRoutes(store, deps.inputs, () => streams.closing),
    metrics.route,
  ]
  routes.push(descriptionRoute(routes, deps.version))
  const page = servePage(deps.pageFolder, tokens)
  const closers: (() => Promise<void>)[] = []

  const serverFor = (listener: Listener): Server => {
    const app = createApp(routes, page, gate, logger, listener).callback()
    const limits = { maxHeaderSize: headerBytesMax, headersTimeout: requestMs, requestTimeout: requestMs }
    const server = createServer(limits, (req, res) => {
      const device = req.method === 'GET' ? streamOf(req) : undefined
      if (device === undefined) void app(req, res)
      else void streams.serve(req, res, listener, device ?? undefined)
    })
    server.on('clientError', refuse)
    closers.push(closer(server))
    return server
  }

  return {
    routes: routes.map(({ method, path }) => `${method} ${templateOf(path)}`),
    listen: async (address) => {
      const loopback = isLoopback(address)
      if (!loopback && !options.anonymous && tokens.isEmpty) throw openToAll(address)
      return listenTcp(serverFor({ kind: 'tcp', loopback }), address)
    },
    listenLocal: (path) => listenFile(serverFor({ kind: 'local', loopback: true }), path),
    close: async () => {
      streams.close()
      await Promise.all(closers.map((close) => close()))
      feed.close()
      metrics.close()
    },
  }
}

function descriptionRoute(routes: readonly Route[], version: string): Route {
  return {
    method: 'GET',
    path: '/api/openapi.json',
    need: 'none',
    handle(exchange) {
      exchange.body = describeApi(routes, version)
    },
  }
}

/** Null for the stream of everything, a device's id for its own, undefined for what is no stream. */
function streamOf({ url = '' }: IncomingMessage): string | null | undefined {
  const match = /^\/api\/(?:stream|devices\/([^/?#]+)\/stream)(?:\?|$)/.exec(url)
  if (!match) return undefined
  return match[1] === undefined ? null : unescaped(match[1])
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Answers what is no HTTP request at all, or not one that we take (RFC 6585 §5, RFC 9110 §15.5). */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [status, title, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large', `the request line and headers exceed ${headerBytesMax} bytes`]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout', `the request did not arrive within ${requestMs / 1000} s`]
        : [400, 'Bad Request', 'this is no HTTP request']
  const body = JSON.stringify({ title, status, code: 'usage', detail })
  const head = `HTTP/1.1 ${status} ${title}\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}`
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`)
}

function openToAll({ host, port }: Address): GatewayError {
  return new GatewayError(
    'config',
    `${host}:${port} can be reached from other machines, and there is no token yet`,
    'start with --lan or run rivulet token create --admin to make one, or set http.anonymous: true to let everybody read',
  )
}
