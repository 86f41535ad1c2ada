import type { Millis, Seq } from '../reading.ts'
import type { DeviceStatus } from './device.ts'
import { hear, isSilent, newRhythm } from './silence.ts'

/** Whether a device is there, by what it says of itself and by how regularly it is heard. */
export class Presence {
  /** How long it says itself that it is silent at most. */
  silentAfterMs: Millis | undefined
  readonly #rhythm = newRhythm()
  /** What it last said of itself; null for nothing. */
  #online: boolean | null = null
  /** Head of the log when it said so: a later reading proves an offline device wrong. */
  #onlineAt: Seq = 0
  /** Silent for too long. */
  #silent = false

  /** When it was last heard, by a clock that never jumps; null before the first time. */
  get heardAt(): Millis | null {
    return this.#rhythm.heardAt
  }

  /** What all of that comes to, as long as its bridge is there. */
  get status(): DeviceStatus {
    if (this.#online === false || this.#silent) return 'offline'
    return this.#online || this.heardAt !== null ? 'online' : 'unknown'
  }

  /** It said that it went, and nothing has proved it wrong since. */
  get hasLeft(): boolean {
    return this.#online === false
  }

  /** It said that it came or went, when the log ended at `head`. */
  says(online: boolean, head: Seq): void {
    this.#online = online
    this.#onlineAt = head
    if (online) this.#silent = false
  }

  /** The reading `seq` of it came in. */
  hear(seq: Seq, now: Millis): void {
    hear(this.#rhythm, now)
    this.#silent = false
    if (this.#online === false && seq > this.#onlineAt) this.#online = null
  }

  /**
   * Whether it has become silent for too long since it was asked last; never while it says itself when it leaves.
   * @param familyMs how long devices of its family are silent at most; undefined where that depends on what happens
   */
  fallsSilent(now: Millis, familyMs: Millis | undefined): boolean {
    if (this.#silent || this.#online) return false
    this.#silent = isSilent(this.#rhythm, now, this.silentAfterMs ?? familyMs)
    return this.#silent
  }
}
