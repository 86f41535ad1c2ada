import type { DeviceId, LoggedReading, Quality, Seq, Value } from '../src/reading.ts'

/** What the gateway sends, as PROTOCOL.md has it: the same things as inside, with times as RFC 3339. */
export type WireReading = Omit<LoggedReading, 'time'> & { readonly time: string }

export type DeviceStatus = 'online' | 'offline' | 'unknown'

export interface WireMetric {
  readonly metric: string
  readonly channel?: string
  readonly unit: string | null
  readonly last: {
    readonly seq: Seq
    readonly time: string
    readonly value: Value
    readonly quality?: Quality
  }
}

export interface WireDevice {
  readonly id: DeviceId
  readonly name: string
  readonly profile: string | null
  readonly source: string | null
  readonly status: DeviceStatus
  readonly lastSeen: string | null
  readonly tags: Readonly<Record<string, string | number | boolean>>
  readonly hidden: boolean
  readonly metrics: readonly WireMetric[]
}

export interface WireReadings {
  readonly readings: readonly WireReading[]
  /** Position up to which the log was searched. */
  readonly next: string
}

export interface WireGap {
  readonly from: Seq
  readonly to: Seq
  readonly reason: 'retention' | 'epoch' | 'future'
}

/** What changes of a device beside its readings. */
export type WireDeviceChange = Pick<WireDevice, 'id' | 'status' | 'name' | 'tags' | 'hidden'>

export interface WireCursor {
  readonly head: Seq
  readonly oldest?: Seq
}

/** The sequence number of a position, `<run>.<seq>`; 0 where there is none. */
export function seqOf(position: string): Seq {
  return Number(position.slice(position.lastIndexOf('.') + 1)) || 0
}

export function parseReading(wire: WireReading): LoggedReading {
  return { ...wire, time: Date.parse(wire.time) }
}
