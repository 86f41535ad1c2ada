import { createServer, type IncomingMessage, type Server } from 'node:http'
import { isIP } from 'node:net'
import { GatewayError } from '../errors.ts'
import type { DeviceDirectory } from '../feed/devices.ts'
import { Feed } from '../feed/feed.ts'
import type { Store } from '../log/store.ts'
import { isLoopbackName, type Listener, type Verifier } from './access.ts'
import { createApp } from './app.ts'
import { Gate } from './gate.ts'
import type { Logger } from './logger.ts'
import { deviceRoutes } from './routes.ts'
import { Streams } from './streams.ts'

export interface HttpDeps {
  readonly store: Store
  readonly directory: DeviceDirectory
  readonly tokens: Verifier
  readonly logger: Logger
  readonly options: {
    readonly anonymous: boolean
    readonly hosts: readonly string[]
    readonly origins: readonly string[]
    readonly maxStreams: number
  }
}

export interface Address {
  readonly host: string
  readonly port: number
}

export interface HttpServer {
  /**
   * Listens on an address; port 0 takes a free one. Returns the address taken.
   * @throws GatewayError `conflict` when the port is in use
   */
  listen(address: Address): Promise<Address>
  /** Ends streams so that their clients come back, answers what has begun, and closes. */
  close(): Promise<void>
}

/** Enough for a query with many devices and a token; a request line that is longer is refused with 431. */
const headerBytesMax = 16_384

/** How long requests that have begun may take once the server closes. */
const closingMs = 5000

export function createHttpServer({ store, directory, tokens, logger, options }: HttpDeps): HttpServer {
  const gate = new Gate({ tokens, ...options })
  const feed = new Feed(store, directory)
  const streams = new Streams(feed, store, gate, logger, options.maxStreams)
  const routes = deviceRoutes(store, directory)
  const servers = new Set<Server>()

  const serverFor = (listener: Listener): Server => {
    const app = createApp(routes, gate, logger, listener).callback()
    const server = createServer({ maxHeaderSize: headerBytesMax }, (req, res) => {
      const device = req.method === 'GET' ? streamOf(req) : undefined
      if (device === undefined) void app(req, res)
      else void streams.serve(req, res, listener, device ?? undefined)
    })
    servers.add(server)
    return server
  }

  return {
    listen: async ({ host, port }) => {
      const loopback = isLoopbackName(isIP(host) === 6 ? `[${host}]` : host)
      const server = serverFor({ kind: 'tcp', loopback })
      await listening(server, { host, port })
      const { address, port: taken } = server.address() as { address: string; port: number }
      return { host: address, port: taken }
    },
    close: async () => {
      streams.close()
      await Promise.all([...servers].map(closed))
      feed.close()
    },
  }
}

/** Null for the stream of everything, a device's id for its own, undefined for what is no stream. */
function streamOf({ url = '' }: IncomingMessage): string | null | undefined {
  const match = /^\/api\/(?:stream|devices\/([^/?#]+)\/stream)(?:\?|$)/.exec(url)
  if (!match) return undefined
  if (match[1] === undefined) return null
  try {
    return decodeURIComponent(match[1])
  } catch {
    return undefined
  }
}

function listening(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, address)))
    server.listen(address, resolve)
  })
}

function explain(error: NodeJS.ErrnoException, { host, port }: Address): Error {
  const place = `${host}:${port}`
  if (error.code === 'EADDRINUSE')
    return new GatewayError(
      'conflict',
      `${place} is in use by another program`,
      'stop it, or choose another port with --http',
    )
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new GatewayError(
      'config',
      `${host} is not an address of this machine`,
      'use one of its own, or 0.0.0.0 for all',
    )
  if (error.code === 'EACCES')
    return new GatewayError('config', `no right to listen on ${place}`, 'use a port above 1023')
  return error
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => server.closeAllConnections(), closingMs)
    server.close(() => {
      clearTimeout(impatient)
      resolve()
    })
    server.closeIdleConnections()
  })
}
