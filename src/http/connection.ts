import type { ServerResponse } from 'node:http'
import type { Outlet } from '../feed/follow.ts'

/**
 * A stream that takes nothing for this long is closed. It writes at least every 15 s, and Node counts a partly written
 * buffer as progress, so that only a reader who takes nothing at all is meant.
 */
const stalledMs = 120_000

/** The response of one event stream, as the follow loop writes to it. */
export class Connection implements Outlet {
  readonly #res: ServerResponse
  #resume: (() => void) | null = null

  /** `onClose` is called once, when the connection is gone. */
  constructor(res: ServerResponse, onClose: () => void) {
    this.#res = res
    const resume = () => {
      this.#resume?.()
      this.#resume = null
    }
    res.on('drain', resume)
    res.once('close', () => {
      onClose()
      resume()
    })
    // A client that resets the connection is one that went away.
    res.on('error', () => {})
    res.socket?.setTimeout(stalledMs)
  }

  /**
   * Sends the head and the first events. The body ends with the connection (RFC 9112 §6.3, case 8) instead of being
   * chunked: so a page is the same bytes for everybody, and one write.
   */
  begin(opening: string): void {
    const res = this.#res
    res.removeHeader('transfer-encoding')
    res.writeHead(200, streamHeaders)
    res.write(opening)
  }

  write(bytes: Buffer): boolean {
    return this.#res.write(bytes)
  }

  drained(): Promise<void> {
    if (this.#res.destroyed || !this.#res.writableNeedDrain) return Promise.resolve()
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  end(farewell: string): void {
    this.#res.end(farewell)
  }
}

/** `no-transform` and `x-accel-buffering` keep proxies from collecting events before they pass them on. */
export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
  connection: 'close',
}
