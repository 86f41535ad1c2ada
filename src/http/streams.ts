import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ErrorCode, GatewayError } from '../errors.ts'
import type { Feed } from '../feed/feed.ts'
import type { StreamFilter } from '../feed/filter.ts'
import { follow } from '../feed/follow.ts'
import type { Start } from '../feed/position.ts'
import type { Thinning } from '../feed/thinning.ts'
import type { Reader } from '../feed/turns.ts'
import type { Store } from '../log/store.ts'
import type { DeviceId, Millis } from '../reading.ts'
import type { Identity, Listener } from './access.ts'
import { asksForGzip, Connection, headOf, http2Stream, streamHeaders } from './connection.ts'
import type { Gate } from './gate.ts'
import type { Logger } from './logger.ts'
import { isDisconnect, sendProblem } from './problem.ts'
import { Query } from './query.ts'
import { rightsCheckMs } from './rights-watch.ts'
import { chosen, deviceStreamParameters, startOf, streamParameters, thinningOf } from './selection.ts'

/** When to come back, spread so that clients who were sent away together do not return together. */
const returnMs: readonly [min: Millis, max: Millis] = [1000, 5000]
/** The same when there are too many: the others need time to leave. */
const overloadMs: readonly [min: Millis, max: Millis] = [5000, 30_000]

/** A client to which nothing could be sent for so long has gone without a word, or is stuck (PROTOCOL.md, promise 6). */
const stalledMsDefault: Millis = 120_000

export interface StreamLimits {
  /** Streams open at once. */
  readonly max: number
  /** After how long without progress one is closed. */
  readonly stalledMs?: Millis | undefined
}

interface Asked {
  readonly identity: Identity
  readonly gzip: boolean
  readonly filter: StreamFilter | null
  readonly start: Start
  readonly thinning: Thinning
}

interface Open {
  readonly reader: Reader
  readonly identity: Identity
}

/**
 * Event streams. They are served below Koa: its context, its listeners and the promise of its middleware would stay
 * for as long as the stream does, which is 7 KB each (20 KB instead of 13 measured with 5,000 streams).
 */
export class Streams {
  readonly #feed: Feed
  readonly #store: Store
  readonly #gate: Gate
  readonly #logger: Logger
  readonly #max: number
  readonly #stalledMs: Millis
  readonly #open = new Map<Connection, Open>()
  readonly #timer: NodeJS.Timeout
  /** Set by `close`. */
  closing = false
  /** How many began, and how many were sent away. */
  opened = 0
  refused = 0

  constructor(
    feed: Feed,
    store: Store,
    gate: Gate,
    logger: Logger,
    { max, stalledMs = stalledMsDefault }: StreamLimits,
  ) {
    this.#feed = feed
    this.#store = store
    this.#gate = gate
    this.#logger = logger
    this.#max = max
    this.#stalledMs = stalledMs
    this.#timer = setInterval(() => this.#endVoid(), rightsCheckMs).unref()
  }

  get count(): number {
    return this.#open.size
  }

  /** Answers GET or HEAD of a stream; of one device when `device` is given. */
  async serve(req: IncomingMessage, res: ServerResponse, listener: Listener, device?: DeviceId): Promise<void> {
    try {
      this.#gate.checkHost(req, listener)
      this.#gate.allowOrigin(req, res)
      const { identity } = await this.#gate.caller(req, listener)
      const asked = await this.#read(req, identity, device)
      if (http2Stream(res)?.destroyed ?? res.destroyed) return
      if (this.closing) sendAway(res, returnMs)
      else if (this.#open.size >= this.#max) this.turnAway(res)
      else if (req.method === 'HEAD') res.writeHead(200, headOf(res)).end()
      else this.#begin(res, asked)
    } catch (error) {
      if (isDisconnect(error)) return
      if (!(error instanceof GatewayError)) this.#logger.error({ err: error }, 'a stream could not begin')
      if (error instanceof GatewayError && !mayPass.has(error.code)) sendProblem(res, error)
      else if (!res.headersSent) {
        // What may be over in a moment must not end an EventSource for good.
        this.turnAway(res)
      }
    }
  }

  /** Has a client that has too many streams already come back later. */
  turnAway(res: ServerResponse): void {
    this.refused++
    sendAway(res, overloadMs)
  }

  /** What the request asks for. @throws GatewayError `usage` when it is malformed, `not-found` for what is no device's id */
  async #read(req: IncomingMessage, identity: Identity, device: DeviceId | undefined): Promise<Asked> {
    if (device !== undefined && !isDeviceId(device))
      throw new GatewayError('not-found', 'no device can be called that', 'GET /api/devices lists those there are')
    const query = new Query(searchOf(req), device === undefined ? streamParameters : deviceStreamParameters)
    const filter = chosen(query, identity, this.#feed.tags, device)
    return {
      identity,
      gzip: asksForGzip(req.headers['accept-encoding']),
      filter,
      thinning: thinningOf(query),
      start: await startOf(this.#store, query, filter, lastEventId(req)),
    }
  }

  /** Ends all streams so that their clients come back by themselves. */
  close(): void {
    this.closing = true
    clearInterval(this.#timer)
    for (const [connection, { reader }] of this.#open) this.#end(connection, reader)
  }

  /** Ends the streams whose token is void: their clients come back, and are told so then. Who does not take the end is cut off. */
  #endVoid(): void {
    const known = new Map<string, boolean>()
    for (const [connection, { reader, identity }] of this.#open) {
      const holds = known.get(identity.id) ?? this.#gate.holds(identity)
      known.set(identity.id, holds)
      if (holds) continue
      if (reader.closed) connection.cut()
      else this.#end(connection, reader)
    }
  }

  #end(connection: Connection, reader: Reader): void {
    connection.end(retryAfter(returnMs))
    this.#feed.turns.close(reader)
  }

  #begin(res: ServerResponse, { identity, gzip, filter, start, thinning }: Asked): void {
    this.opened++
    const { reader, opening, pages } = this.#feed.open(start, thinning)
    const connection = new Connection(res, { gzip, stalledMs: this.#stalledMs }, () => {
      this.#open.delete(connection)
      this.#feed.turns.close(reader)
    })
    this.#open.set(connection, { reader, identity })
    connection.begin(retryAfter(returnMs) + opening)
    follow(this.#feed, reader, filter, connection, pages).catch((error: unknown) => {
      if (!this.closing) this.#logger.error({ err: error }, 'a stream could not read the log')
      connection.end('')
    })
  }
}

/** A stream waits for a device that was never seen; what is no id at all will never be. */
function isDeviceId(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,128}$/.test(text)
}

/** A disk that is away is told from one that is damaged only by its coming back. */
const mayPass: ReadonlySet<ErrorCode> = new Set(['unavailable', 'corrupt'])

/** Status 200, since EventSource never comes back after any other (HTML §9.2.3). */
function sendAway(res: ServerResponse, range: readonly [Millis, Millis]): void {
  res.writeHead(200, streamHeaders)
  res.end(retryAfter(range))
}

function retryAfter([min, max]: readonly [Millis, Millis]): string {
  return `retry: ${Math.floor(min + Math.random() * (max - min))}\n\n`
}

function searchOf({ url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?')
  return mark < 0 ? '' : url.slice(mark + 1)
}

/** Node reads header values as Latin-1; a position is ASCII, so that anything else is malformed either way. */
function lastEventId({ headers }: IncomingMessage): string | undefined {
  return headers['last-event-id'] as string | undefined
}
