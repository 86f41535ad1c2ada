import { type Kind, kindOf } from '../metrics.ts'
import type { DeviceId, LoggedReading, Millis, Quality, Seq, Value } from '../reading.ts'
import { isoTime } from './json.ts'

export type DeviceStatus = 'online' | 'offline' | 'unknown'

/** A device as `/api/devices` shows it. */
export interface Device {
  readonly id: DeviceId
  readonly name: string
  /** Family that decodes it; null until it has been heard since the database was made. */
  readonly profile: string | null
  /** Input that heard it last. */
  readonly source: string | null
  readonly status: DeviceStatus
  /** Time of its newest reading, RFC 3339; null when it has none. */
  readonly lastSeen: string | null
  readonly tags: Tags
  readonly hidden: boolean
  readonly metrics: readonly Metric[]
}

export interface Metric {
  readonly metric: string
  readonly channel?: string
  readonly unit: string | null
  /** How it is drawn and compared: a `counter` only grows, a `state` is no quantity. */
  readonly kind: Kind
  readonly last: { readonly seq: Seq; readonly time: string; readonly value: Value; readonly quality?: Quality }
}

export type Tags = Readonly<Record<string, string | number | boolean>>

/** What people say about a device, in the configuration or through the API (which is stronger). */
export interface Label {
  /** Null takes back what was said before. */
  readonly name?: string | null | undefined
  readonly tags?: Tags | undefined
  readonly hidden?: boolean | undefined
}

/** What is kept of a device beside its readings. */
export interface Kept {
  readonly profile?: string
  readonly source?: string
  /** Name it gave itself. */
  readonly announced?: string
  readonly label?: Label
  /** It said that it went. Over a restart nobody else may know: a message that our own broker retains is not sent to us again. */
  readonly left?: true
  /** Readings up to here belong to a device that was forgotten. */
  readonly forgotten?: Seq
}

/** What is known of a device, as `showDevice` takes it. */
export interface Known {
  readonly id: DeviceId
  readonly kept: Kept
  readonly status: DeviceStatus
  /** Greatest time of its readings. */
  readonly lastTime: Millis
  /** The newest reading by metric and channel. */
  readonly last: ReadonlyMap<string, LoggedReading>
}

/** What changes of a device beside its readings, as streams tell it. */
export interface DeviceChange extends Pick<Device, 'id' | 'status' | 'name' | 'tags' | 'hidden'> {
  /** When it changed, RFC 3339. */
  readonly time: string
}

/** The change as JSON. */
export function showChange(known: Known, time: Millis, configured: Label | undefined): DeviceChange {
  const { id, status } = known
  return { id, status, time: isoTime(time), ...labelOf(known, configured) }
}

/** The device as JSON. Names: a person's through the API, the configuration's, its own, the rest of its id. */
export function showDevice(known: Known, configured: Label | undefined): Device {
  const { id, kept, status, lastTime, last } = known
  return {
    id,
    profile: kept.profile ?? null,
    source: kept.source ?? null,
    status,
    lastSeen: last.size > 0 ? isoTime(lastTime) : null,
    ...labelOf(known, configured),
    metrics: [...last.values()].map(showMetric),
  }
}

function labelOf({ id, kept }: Known, configured: Label | undefined): Pick<Device, 'name' | 'tags' | 'hidden'> {
  return {
    name: kept.label?.name ?? configured?.name ?? kept.announced ?? id.slice(id.indexOf(':') + 1),
    tags: tagsOf(kept.label, configured),
    hidden: kept.label?.hidden ?? configured?.hidden ?? false,
  }
}

/** The API's are stronger than the configuration's, as a whole. */
export function tagsOf(said: Label | undefined, configured: Label | undefined): Tags {
  return said?.tags ?? configured?.tags ?? {}
}

function showMetric({ metric, channel, unit, value, seq, time, quality }: LoggedReading): Metric {
  return {
    metric,
    ...(channel !== undefined && { channel }),
    unit,
    kind: kindOf(metric, value),
    last: { seq, time: isoTime(time), value, ...(quality && { quality }) },
  }
}
