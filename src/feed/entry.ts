import type { DeviceId, LoggedReading, Millis } from '../reading.ts'
import type { DeviceStatus, Kept, Known } from './device.ts'
import { Presence } from './presence.ts'

/** What the directory holds of one device. */
export class Entry implements Known {
  readonly id: DeviceId
  kept: Kept
  readonly presence = new Presence()
  /** What its presence and its bridge say together. */
  status: DeviceStatus = 'unknown'
  /** Number and time of its last change of status, name, tags or `hidden`. */
  changed = 0
  changedTime: Millis = 0
  lastTime: Millis = Number.NEGATIVE_INFINITY
  readonly last = new Map<string, LoggedReading>()

  constructor(id: DeviceId, kept: Kept) {
    this.id = id
    this.kept = kept
  }

  /** Takes a reading as the newest of its series; false for one that is not, or that came before the device was forgotten. */
  take(reading: LoggedReading): boolean {
    const { metric, channel, seq, time } = reading
    if (this.kept.forgotten !== undefined && seq <= this.kept.forgotten) return false
    const key = channel === undefined ? metric : `${metric}\0${channel}`
    const last = this.last.get(key)
    if (last && last.seq > seq) return false
    this.last.set(key, reading)
    if (time > this.lastTime) this.lastTime = time
    return true
  }
}
