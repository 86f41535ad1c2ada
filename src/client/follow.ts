import type { EventSourceMessage } from 'eventsource-parser'
import { reconnectDelayMs, retryAfterMs, sleep } from './backoff.ts'
import { readEvents, within } from './event-stream.ts'
import { ClientError, type Connection, reasonOf, refusal, send } from './request.ts'
import { type Selection, selectionQuery } from './selection.ts'
import {
  beginningOf,
  type DeviceStatus,
  type FollowEvent,
  type Gap,
  type Position,
  type Reading,
  seqOf,
} from './wire.ts'

/** The gateway sends something at least every 15 s; two and a half times that without a byte is a dead connection. */
const stallMsDefault = 37_500

/** Answers that waiting does not change; others (overload, a proxy without its gateway) are tried again. */
const finalStatuses = new Set([400, 401, 403, 404, 405, 406, 410])

/** Where a stream stands, for whoever shows it. */
export type FollowState =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'waiting'; readonly reason: string; readonly delayMs: number }

export interface FollowOptions extends Selection {
  /** At most one event a series in this time, such as `10s` (100ms to 1d): its last reading, with figures of all. */
  readonly every?: string | undefined
  /** Only changes of at least this much, in the unit of each series. */
  readonly deadband?: number | undefined
  /** Start behind this place in the log. At most one of `after`, `since` and `last`; without one it starts now. */
  readonly after?: Position | number | undefined
  /** Start at this time: RFC 3339, or an age such as `10m`. */
  readonly since?: string | undefined
  /** Start with the last so many readings of each series. */
  readonly last?: number | undefined
  /** Go on where an earlier stream stopped; stronger than the three above. */
  readonly lastEventId?: Position | undefined
  /** Ends the loop, quietly. */
  readonly signal?: AbortSignal | undefined
  readonly onState?: (state: FollowState) => void
  readonly stallMs?: number
}

/** Readings and gaps in order, for ever, over as many connections as it takes. To be iterated once. */
export interface Following<R extends Reading = Reading> extends AsyncIterable<FollowEvent<R>> {
  /**
   * How far the loop has come. Store it, and give it as `lastEventId` to go on after a restart of your own program: in
   * the body of the loop it names the event in hand.
   */
  readonly lastEventId: Position | undefined
}

/** @throws ClientError while iterating, where the gateway refuses for good. */
export function follow(connection: Connection, options: FollowOptions): Following {
  const reached = options.every === undefined ? beginningOf : seqOf
  const place: Place = { id: options.lastEventId, seq: reached(options.lastEventId) ?? 0 }
  return {
    get lastEventId() {
      return place.id
    },
    [Symbol.asyncIterator]: () => run(connection, options, place),
  }
}

interface Place {
  id: Position | undefined
  /** Sequence number of the last event that had one; the next reading must lie beyond it. */
  seq: number
}

async function* run(
  connection: Connection,
  options: FollowOptions,
  place: Place,
): AsyncGenerator<FollowEvent, void, void> {
  const { onState = () => undefined, stallMs = stallMsDefault } = options
  const end = new AbortController()
  const abort = () => end.abort()
  options.signal?.addEventListener('abort', abort)
  if (options.signal?.aborted) abort()
  let failures = 0
  let retryMs: number | undefined
  try {
    while (!end.signal.aborted) {
      let reason = 'the gateway ended the stream'
      let leastMs = 0
      onState({ state: 'connecting' })
      const attempt = new AbortController()
      const giveUp = () => attempt.abort()
      end.signal.addEventListener('abort', giveUp)
      try {
        const body = await within(stallMs, connect(connection, options, place, attempt.signal))
        onState({ state: 'live' })
        for await (const batch of readEvents(body, { stallMs, onRetry: (ms) => (retryMs = ms) }))
          for (const message of batch) {
            const event = take(message, place)
            failures = 0
            if (event) yield event
            if (end.signal.aborted) return
          }
      } catch (error) {
        if (end.signal.aborted) return
        if (error instanceof ClientError) throw error
        failures += 1
        reason = reasonOf(error)
        if (error instanceof NotNowError) leastMs = error.waitMs
      } finally {
        // One signal a connection: fetch leaves its listeners on the one it is given.
        end.signal.removeEventListener('abort', giveUp)
        giveUp()
      }
      if (end.signal.aborted) return
      const delayMs = leastMs + reconnectDelayMs(failures, retryMs)
      onState({ state: 'waiting', reason, delayMs })
      await sleep(delayMs, end.signal)
    }
  } finally {
    options.signal?.removeEventListener('abort', abort)
    abort()
  }
}

/** Opens the stream where `place` says. What may heal is thrown as a plain Error. */
async function connect(connection: Connection, options: FollowOptions, place: Place, signal: AbortSignal) {
  const headers = { accept: 'text/event-stream', ...(place.id !== undefined && { 'last-event-id': place.id }) }
  const query = followQuery(options, place)
  const response = await send(connection, '/api/stream', { query, headers, signal })
  if (finalStatuses.has(response.status)) throw await refusal(response)
  const type = response.headers.get('content-type') ?? ''
  if (response.ok && type.startsWith('text/event-stream') && response.body) return response.body
  await response.body?.cancel()
  if (response.ok) throw new Error(`answered with ${type || 'nothing'}`)
  throw new NotNowError(`answered ${response.status}`, retryAfterMs(response.headers.get('retry-after')))
}

/** An answer that may be another one later; the gateway's own streams have none, but a proxy's may. */
class NotNowError extends Error {
  override readonly name = 'NotNowError'
  readonly waitMs: number

  constructor(message: string, waitMs: number) {
    super(message)
    this.waitMs = waitMs
  }
}

function followQuery(options: FollowOptions, place: Place): URLSearchParams {
  const query = selectionQuery(options)
  if (options.every !== undefined) query.set('every', options.every)
  if (options.deadband !== undefined) query.set('deadband', String(options.deadband))
  // Once there is a place, it says where to start; the way to the first one must not come back with a reconnect.
  if (place.id !== undefined) return query
  if (options.after !== undefined) query.set('after', String(options.after))
  if (options.since !== undefined) query.set('since', options.since)
  if (options.last !== undefined) query.set('last', String(options.last))
  return query
}

/**
 * Moves the place along and says what there is to hand on.
 * @throws Error where the stream breaks its promise: the connection is then given up, and the place is still right.
 */
function take(message: EventSourceMessage, place: Place): FollowEvent | undefined {
  const data = parseData(message)
  switch (message.event) {
    case undefined: {
      move(place, message, false)
      return { type: 'reading', id: place.id!, reading: data as unknown as Reading }
    }
    case 'gap': {
      const gap = data as unknown as Gap
      // Another log, or a head that lies before where we were: numbers begin anew.
      move(place, message, gap.reason !== 'retention', 0)
      return { type: 'gap', id: place.id!, gap }
    }
    case 'cursor': {
      if (message.id !== undefined) move(place, message, false, 0)
      return undefined
    }
    case 'device':
      return { type: 'device', device: data as unknown as DeviceStatus }
    default:
      // A newer gateway says more than this client knows.
      return undefined
  }
}

function move(place: Place, { id }: EventSourceMessage, anew: boolean, least = 1): void {
  const seq = seqOf(id)
  if (id === undefined || seq === undefined)
    throw new Error(`an event without a place in the log (id ${id ?? 'missing'})`)
  if (!anew && seq < place.seq + least) throw new Error(`the stream went backwards, from ${place.seq} to ${seq}`)
  place.id = id
  place.seq = seq
}

function parseData({ data }: EventSourceMessage): Record<string, unknown> {
  const value: unknown = JSON.parse(data)
  if (typeof value !== 'object' || value === null) throw new Error('an event that is no JSON object')
  return value as Record<string, unknown>
}
