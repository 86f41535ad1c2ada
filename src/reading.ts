/** What the whole program is about: one measured value of one metric of one device at one time. */

/** Position of a reading in the log: a safe integer from 1 up, never reused. 0 stands before the first reading. */
export type Seq = number

/** Milliseconds since 1970-01-01T00:00:00Z, or a duration in milliseconds. */
export type Millis = number

/** `<family>:<native id>`, URL-safe; made by `deviceId`. */
export type DeviceId = string

export type Value = number | boolean | string

/**
 * Why a reading deserves less trust. `stale`: the broker had kept it (retained). `unsynced`: stamped while the gateway's
 * own clock was not set. `suspect`: plausible alone, not beside its neighbours (a counter that dropped).
 */
export type Quality = 'stale' | 'unsynced' | 'suspect'

/** What identifies a line on a chart. The unit belongs to it: a sensor that changes its unit starts another line. */
export interface Series {
  readonly device: DeviceId
  /** snake_case quantity without its unit, such as `temperature`. */
  readonly metric: string
  /** Probe, phase or part, where a device has several of one metric. */
  readonly channel?: string
  /** Canonical SenML symbol (RFC 8428 §12.1, RFC 8798); null for booleans and text, and for unknown numbers. */
  readonly unit: string | null
}

/** A decoded reading, not yet in the log. */
export interface Reading extends Series {
  readonly value: Value
  readonly time: Millis
  readonly quality?: Quality
}

/** A reading in the log. */
export interface LoggedReading extends Reading {
  readonly seq: Seq
}
