import { type Following, type FollowOptions, follow } from './follow.ts'
import { ClientError, type Connection, requestJson } from './request.ts'
import { type Selection, selectionQuery } from './selection.ts'
import type { Device, Gap, Position, Reading, Summary } from './wire.ts'

export type { Following, FollowOptions, FollowState } from './follow.ts'
export { ClientError, type Connection } from './request.ts'
export type { Selection } from './selection.ts'
export type { Device, DeviceStatus, FollowEvent, Gap, Metric, Position, Reading, Summary } from './wire.ts'

export interface ReadingsOptions extends Selection {
  /** Times from here (included) to there (not included): RFC 3339, or an age such as `10m`. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly after?: Position | number | undefined
  /** Readings a request; the loop goes on to the end all the same. */
  readonly pageSize?: number
  /** Called where readings that `after` asked for are no longer there. */
  readonly onGap?: (gap: Gap) => void
  readonly signal?: AbortSignal | undefined
}

/** A gateway, seen from a browser or from Node. Every method throws ClientError where the gateway refuses. */
export interface Client {
  /** What is known, with the last reading of every metric. */
  devices(): Promise<readonly Device[]>
  /** Stored readings in the order of the log, page by page. */
  readings(options?: ReadingsOptions): AsyncIterable<Reading>
  /** What comes in from now on, or from where the options say: every reading once, in order. */
  follow(options: FollowOptions & { readonly every: string }): Following<Summary>
  follow(options?: FollowOptions): Following
}

/** @param connection where the gateway is, and the token it asks for beyond its own machine */
export function createClient(connection: Connection): Client {
  const following = (options: FollowOptions = {}) => follow(connection, options)
  return {
    devices: async () => asList<Device>((await requestJson(connection, '/api/devices')).value, 'devices'),
    readings: (options = {}) => readings(connection, options),
    // Which type of event comes is said by `every` alone, and nothing else knows it.
    follow: following as Client['follow'],
  }
}

async function* readings(connection: Connection, options: ReadingsOptions): AsyncGenerator<Reading, void, void> {
  const { pageSize = 10_000, signal } = options
  let after = options.after
  for (;;) {
    const query = selectionQuery(options)
    query.set('limit', String(pageSize))
    if (options.from !== undefined) query.set('from', options.from)
    if (options.to !== undefined) query.set('to', options.to)
    if (after !== undefined) query.set('after', String(after))
    const headers = { accept: 'application/json' }
    const answer = await requestJson(connection, '/api/readings', { query, headers, ...(signal && { signal }) })
    const page = answer.value as { readings?: unknown; next?: Position; gap?: Gap } | undefined
    if (page?.gap) options.onGap?.(page.gap)
    yield* asList<Reading>(page?.readings, 'readings')
    // A page may be empty and not the last: a rare device is searched for in bounded steps (RFC 8288 §3.3).
    if (!/rel="?next\b/.test(answer.headers.get('link') ?? '') || page?.next === after) return
    after = page?.next
  }
}

function asList<T>(value: unknown, name: string): T[] {
  if (!Array.isArray(value)) throw new ClientError(`the gateway's answer holds no list of ${name}`, 200)
  return value
}
