import type { Millis } from './reading.ts'

/** One MQTT message as it arrived: bytes without meaning. */
export interface MqttFrame {
  readonly transport: 'mqtt'
  /** Which input heard it: the broker's configured name or URL without secrets, or `broker` for the embedded one. */
  readonly source: string
  readonly topic: string
  readonly payload: Uint8Array
  readonly receivedAt: Millis
  readonly retain: boolean
  readonly dup: boolean
}

/** One serial frame, cut from the byte stream by a framer and proven by its checksum where the protocol has one. */
export interface SerialFrame {
  readonly transport: 'serial'
  /** Stable name of the port, such as `/dev/serial/by-id/…`. */
  readonly source: string
  /** Name of the profile that says what the bytes mean. */
  readonly profile: string
  /** Native id for the device, where the configuration gives one. */
  readonly device?: string
  readonly payload: Uint8Array
  readonly receivedAt: Millis
  /** What the gateway had sent, for polled devices: the answer alone does not say which register it is about. */
  readonly request?: Uint8Array
}

export type Frame = MqttFrame | SerialFrame
