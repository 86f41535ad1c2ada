import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import {
  createSecureServer,
  type Http2SecureServer,
  constants as http2,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { GatewayError } from '../errors.ts'
import type { Millis } from '../reading.ts'
import { sendProblem } from './problem.ts'
import { readCertificate, type TlsFiles } from './tls.ts'

/** How long things may take. */
export interface Times {
  /** For a request to arrive, head and body. */
  readonly requestMs: Millis
  /** How long nothing of an answer may move. */
  readonly idleMs: Millis
}

/** Enough for a query with many devices and a token; longer ones are refused with 431. */
const headerBytesMax = 16_384

/** Two round trips, and the work of a slow machine. */
const handshakeMsMax: Millis = 10_000

/** Time to read why a request was refused. */
const farewellMs: Millis = 2000

/**
 * Streams that one browser may have open over one connection of HTTP/2: each holds a page at most. Without a request for
 * so long the connection is closed.
 */
const http2Streams = 256
const http2IdleMs: Millis = 120_000

/** A server that answers in the clear, over HTTP/1.1, and gives up who is too slow. */
export function createPlain(times: Times, answer: RequestListener): Server {
  const server = createServer(limitsFor(times), answer)
  server.setTimeout(times.idleMs)
  refuseOthers(server, times)
  return server
}

/**
 * The same over TLS. HTTP/2 and HTTP/1.1 by ALPN (RFC 7301): Node's API of the one is made to be taken for that of the other,
 * but for its times.
 */
export function createSecure(files: TlsFiles, times: Times, answer: RequestListener): Http2SecureServer {
  const limits = limitsFor(times)
  const server = createSecureServer(
    {
      ...readCertificate(files),
      ...limits,
      handshakeTimeout: Math.min(times.requestMs, handshakeMsMax),
      allowHTTP1: true,
      settings: { maxConcurrentStreams: http2Streams, maxHeaderListSize: headerBytesMax },
    },
    answer as unknown as Parameters<typeof createSecureServer>[1],
  )
  Object.assign(server, limits)
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol !== 'h2') socket.setTimeout(times.idleMs)
  })
  server.on('session', (session: ServerHttp2Session) => {
    session.setTimeout(http2IdleMs, () => session.close())
    // A client that breaks the protocol or the connection ends its own session.
    session.on('error', () => {})
  })
  server.on('stream', (stream: ServerHttp2Stream) => limitStream(stream, times))
  refuseOthers(server, times)
  return server
}

/** Node looks for late requests only this often, unless said every 30 s. */
function limitsFor({ requestMs }: Times) {
  const connectionsCheckingInterval = Math.min(requestMs, 5000)
  return {
    maxHeaderSize: headerBytesMax,
    headersTimeout: requestMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval,
  }
}

/** What Node does for requests and answers of HTTP/1.1 it leaves undone for those of HTTP/2. */
function limitStream(stream: ServerHttp2Stream, { requestMs, idleMs }: Times): void {
  stream.setTimeout(idleMs, () => stream.close(http2.NGHTTP2_CANCEL))
  if (stream.endAfterHeaders) return
  const late = setTimeout(() => stream.close(http2.NGHTTP2_CANCEL), requestMs)
  const arrived = () => clearTimeout(late)
  stream.once('end', arrived).once('close', arrived)
}

function refuseOthers(server: Server | Http2SecureServer, { requestMs }: Times): void {
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => sendProblem(res, strangeExpectation()))
  server.on('clientError', (error, socket) => refuse(error, socket as Socket, requestMs))
}

/** Answers what is no HTTP request at all, or not one that we take (RFC 6585 §5, RFC 9110 §15.5). */
function refuse(error: NodeJS.ErrnoException, socket: Socket, requestMs: Millis): void {
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
  // Who is still sending would lose the answer if it were closed at once, and who never closes would stay.
  setTimeout(() => socket.destroy(), farewellMs).unref()
}

/** RFC 9110 §10.1.1. Node.js answers 100-continue itself. */
function strangeExpectation(): GatewayError {
  return new GatewayError('usage', 'the header Expect asks for something unknown', 'leave it out')
}
