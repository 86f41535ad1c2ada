import type { Frame } from '../frame.ts'
import type { DeviceId, Millis, Reading } from '../reading.ts'
import type { Reason } from './reason.ts'

/** One thing in a frame that did not become a reading; the good ones beside it did. */
export interface Rejection {
  readonly reason: Reason
  /** Path of the field, or `message`. */
  readonly where: string
}

/** What a frame says besides readings. */
export type DeviceEvent =
  /** `scope: 'bridge'` covers every device whose id starts with `device`. */
  | {
      readonly type: 'availability'
      readonly device: DeviceId
      readonly online: boolean
      readonly scope: 'device' | 'bridge'
    }
  | { readonly type: 'removed'; readonly device: DeviceId }
  /** `silentAfterMs`: the device itself says that its values are void after so long a silence. */
  | {
      readonly type: 'seen'
      readonly device: DeviceId
      readonly name?: string
      readonly profile: string
      readonly silentAfterMs?: Millis
    }
  /** The decoder needs something from the sender, such as a Sparkplug rebirth. */
  | { readonly type: 'publish'; readonly topic: string; readonly payload: Uint8Array }

/** What one frame meant. */
export interface Decoded {
  /** Family that took it, such as `zigbee2mqtt`; absent when no family did. */
  readonly profile?: string
  readonly readings: readonly Reading[]
  readonly rejected: readonly Rejection[]
  readonly events: readonly DeviceEvent[]
  /** Keys of the state that this frame changed, for whoever persists it. */
  readonly changed: readonly string[]
}

/** Plain JSON values by key, of one source; survives restarts. */
export type DecoderState = Map<string, unknown>

/** What decoding needs to know of the gateway. */
export interface DecodeClock {
  /** Whether the gateway's own clock is set (NTP), so that device times can be judged by it. */
  readonly synced: boolean
}

/** Pure: bytes in, readings out; no I/O, no clock of its own. Never throws for what a frame holds. */
export interface Decoder {
  /** Reads and updates `state`; `Decoded.changed` names the keys written or deleted. */
  decode(frame: Frame, state: DecoderState, clock: DecodeClock): Decoded
  /** Told that the readings of the frame decoded last were not stored: should it come again, it is news. */
  unstored(): void
  /** Told the newest stored reading of each series at a start, so that a counter that dropped meanwhile is noticed. */
  recall(reading: Reading): void
}
