import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { Writable } from 'node:stream'
import type { Outlet } from '../feed/follow.ts'
import { GzipStream, gzipHeader } from '../feed/gzip.ts'
import type { Millis } from '../reading.ts'

export interface ConnectionOptions {
  /** The client takes gzip. */
  readonly gzip: boolean
  /**
   * A stream to which nothing could be sent for this long is closed. It writes at least every 15 s, and Node counts a partly
   * written buffer as progress. The system takes more only when a good part of its own buffer has left, so that a reader
   * of a few KB a second may be closed as well; it gets what was on its way, and resumes behind that.
   */
  readonly stalledMs: Millis
}

/** The response of one event stream, over HTTP/1.1 or HTTP/2, as the follow loop writes to it. */
export class Connection implements Outlet {
  readonly #res: ServerResponse
  /** What is begun and ended: the response itself, or the stream of HTTP/2 behind it. */
  readonly #body: Writable
  /** What is written to between. A response adds nothing to a body that is not chunked, so that it is its socket. */
  readonly #sink: Writable
  readonly #gzip: GzipStream | null
  #resume: (() => void) | null = null

  /** `onClose` is called once, when the connection is gone. */
  constructor(res: ServerResponse, { gzip, stalledMs }: ConnectionOptions, onClose: () => void) {
    this.#res = res
    const stream = http2Stream(res)
    // A request is begun with in its turn (see in-turn.ts), so that its answer has its socket.
    const sink = stream ?? res.socket!
    this.#body = stream ?? res
    this.#sink = sink
    this.#gzip = gzip ? new GzipStream() : null
    const resume = () => {
      this.#resume?.()
      this.#resume = null
    }
    sink.on('drain', resume)
    sink.once('close', () => {
      onClose()
      resume()
    })
    // A client that resets the connection is one that went away.
    sink.on('error', () => {})
    if (stream) stream.setTimeout(stalledMs, () => stream.destroy())
    else res.socket!.setTimeout(stalledMs)
  }

  /**
   * Sends the head and the first events. Over HTTP/1.1 the body ends with the connection (RFC 9112 §6.3, case 8)
   * instead of being chunked: so a page is the same bytes for everybody, and one write.
   */
  begin(opening: string): void {
    const res = this.#res
    const headers = headOf(res)
    if (this.#body === res) {
      res.removeHeader('transfer-encoding')
      headers.connection = 'close'
    }
    if (this.#gzip) headers['content-encoding'] = 'gzip'
    res.writeHead(200, headers)
    if (this.#gzip) this.#body.write(gzipHeader)
    this.#body.write(this.#coded(Buffer.from(opening)))
  }

  write(bytes: Buffer): boolean {
    return this.#sink.write(this.#coded(bytes))
  }

  drained(): Promise<void> {
    if (this.#sink.destroyed || !this.#sink.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  end(farewell: string): void {
    const body = this.#body
    if (body.destroyed || body.writableEnded) return
    if (farewell !== '') body.write(this.#coded(Buffer.from(farewell)))
    body.end(this.#gzip?.end())
  }

  /** Ends it without waiting for what the other side has not taken yet. */
  cut(): void {
    this.#sink.destroy()
  }

  #coded(bytes: Buffer): Buffer {
    return this.#gzip ? this.#gzip.add(bytes) : bytes
  }
}

/** `no-transform` and `x-accel-buffering` keep proxies from collecting events before they pass them on. */
export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

/** The response types of Node's two modules are alike but for this. */
export function http2Stream(res: ServerResponse): Http2ServerResponse['stream'] | undefined {
  return (res as unknown as Partial<Http2ServerResponse>).stream
}

/**
 * Whether an Accept-Encoding asks for gzip (RFC 9110 §12.5.3). Who weighs it below no encoding at all would rather not;
 * `*` alone, which programs send without a thought, does not ask for it.
 */
export function asksForGzip(accepted: string | undefined): boolean {
  const weights = new Map<string, number>()
  for (const entry of (accepted ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim())
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    weights.set(coding, q === undefined ? 1 : Number(q.slice(2)))
  }
  const gzip = weights.get('gzip') ?? weights.get('x-gzip') ?? 0
  return gzip > 0 && gzip >= (weights.get('identity') ?? 0)
}

/** What an event stream begins with, however it is coded. */
export function headOf(res: ServerResponse): Record<string, string> {
  const before = res.getHeader('vary')
  return { ...streamHeaders, vary: before === undefined ? 'Accept-Encoding' : `${before}, Accept-Encoding` }
}
