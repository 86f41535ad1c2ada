/** What travels between a gateway and its clients; PROTOCOL.md says what each part means. */

/** `<run>.<seq>`: a place in the gateway's log, for ever the same. */
export type Position = string

/** A value as a sensor sent it, in the unit beside it. */
export interface Reading {
  readonly seq: number
  readonly device: string
  readonly metric: string
  readonly channel?: string
  readonly value: number | boolean | string
  readonly unit: string | null
  /** RFC 3339 in UTC, with milliseconds. */
  readonly time: string
  readonly quality?: 'stale' | 'unsynced' | 'suspect'
}

/** What a stream with `every` tells of a series and interval: its last reading, with figures of all. */
export interface Summary extends Reading {
  /** How many readings there were. */
  readonly count: number
  /** Of those that are numbers; absent where none is. */
  readonly min?: number
  readonly max?: number
  readonly mean?: number
}

/** Readings that were asked for and are not there: removed by retention, or of another log. */
export interface Gap {
  /** First and last missing sequence number; `to` is `from - 1` where none is. */
  readonly from: number
  readonly to: number
  readonly reason: 'retention' | 'epoch' | 'future'
}

/** A device came or went, or got another name, tags or place in lists. Not in the log: it is not sent again after a reconnect. */
export interface DeviceStatus {
  readonly id: string
  readonly status: 'online' | 'offline' | 'unknown'
  readonly name: string
  readonly tags: Readonly<Record<string, string | number | boolean>>
  readonly hidden: boolean
  /** When it changed: RFC 3339 in UTC, with milliseconds. */
  readonly time: string
}

/** A metric of a device, with its last reading. */
export interface Metric {
  readonly metric: string
  readonly channel?: string
  readonly unit: string | null
  /** How it is drawn and compared: `counter` only grows, `state` is no quantity (switches, words). */
  readonly kind: 'gauge' | 'counter' | 'state'
  readonly last?: Pick<Reading, 'seq' | 'time' | 'value' | 'quality'>
}

export interface Device {
  readonly id: string
  readonly name: string
  readonly profile: string | null
  readonly source: string | null
  readonly status: 'online' | 'offline' | 'unknown'
  readonly lastSeen: string | null
  readonly tags: Readonly<Record<string, string | number | boolean>>
  readonly hidden: boolean
  readonly metrics: readonly Metric[]
}

/** One step of a followed stream. */
export type FollowEvent<R extends Reading = Reading> =
  | { readonly type: 'reading'; readonly id: Position; readonly reading: R }
  | { readonly type: 'gap'; readonly id: Position; readonly gap: Gap }
  | { readonly type: 'device'; readonly device: DeviceStatus }

/** The sequence number in a position; undefined where it is none. */
export function seqOf(id: string | undefined): number | undefined {
  return partsOf(id)?.[0]
}

/** Behind which number a stream goes on that is not thinned as the one was that gave the position. */
export function beginningOf(id: string | undefined): number | undefined {
  const [seq, back] = partsOf(id) ?? []
  return seq === undefined || back === undefined ? undefined : seq - back
}

/** Its number, and how far back the beginning lies of what is being told (PROTOCOL.md, Thinning). */
function partsOf(id: string | undefined): readonly [seq: number, back: number] | undefined {
  const match = /^[a-z0-9]+\.(\d{1,16})(?:-(\d{1,16})-\d{1,16})?$/.exec(id ?? '')
  return match ? [Number(match[1]), Number(match[2] ?? 0)] : undefined
}
