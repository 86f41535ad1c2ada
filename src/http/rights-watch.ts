import type { ServerResponse } from 'node:http'
import { constants as http2 } from 'node:http2'
import type { Millis } from '../reading.ts'
import type { Identity } from './access.ts'
import { http2Stream } from './connection.ts'

/** How often it is asked whose token was revoked or has expired; whoever took it back waits seconds at most. */
export const rightsCheckMs: Millis = 2000

/**
 * Breaks off answers whose token is revoked or expires while they last: a backup under way, a large export, a client that reads
 * slowly. Event streams are ended by `Streams`, which has a word for them to come back by.
 */
export class RightsWatch {
  readonly #holds: (identity: Identity) => boolean
  readonly #lasting = new Map<ServerResponse, Identity>()
  readonly #timer: NodeJS.Timeout

  /** @param holds whether what somebody's rights rest on still stands */
  constructor(holds: (identity: Identity) => boolean) {
    this.#holds = holds
    this.#timer = setInterval(() => this.#breakOff(), rightsCheckMs).unref()
  }

  /** Watches over an answer, from now until it is over. */
  add(res: ServerResponse, identity: Identity): void {
    if (!identity.byToken || res.closed) return
    this.#lasting.set(res, identity)
    res.once('close', () => this.#lasting.delete(res))
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Nothing can be said in the middle of an answer, so it must not look complete. */
  #breakOff(): void {
    for (const [res, identity] of this.#lasting) {
      if (this.#holds(identity)) continue
      const stream = http2Stream(res)
      if (stream) stream.close(http2.NGHTTP2_CANCEL)
      else res.destroy()
    }
  }
}
