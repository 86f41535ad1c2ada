import type { Reading } from '../reading.ts'
import type { Decoded, DecoderState, DeviceEvent, Rejection } from './decoder.ts'
import type { Reason } from './reason.ts'
import { putState, removeState } from './state.ts'

const noReadings: readonly Reading[] = Object.freeze([])
const noRejections: readonly Rejection[] = Object.freeze([])
const noEvents: readonly DeviceEvent[] = Object.freeze([])
const noKeys: readonly string[] = Object.freeze([])

/** What came of one frame so far: readings, rejections, events and what is to be remembered. Lists are made when they are needed. */
export class Outcome {
  #readings: Reading[] | null = null
  #rejected: Rejection[] | null = null
  #events: DeviceEvent[] | null = null
  #changed: string[] | null = null

  begin(): void {
    this.#readings = null
    this.#rejected = null
    this.#events = null
    this.#changed = null
  }

  end(profile: string | undefined): Decoded {
    const readings = this.#readings ?? noReadings
    const rejected = this.#rejected ?? noRejections
    const events = this.#events ?? noEvents
    const changed = this.#changed ?? noKeys
    return profile === undefined
      ? { readings, rejected, events, changed }
      : { profile, readings, rejected, events, changed }
  }

  add(reading: Reading): void {
    if (this.#readings === null) this.#readings = [reading]
    else this.#readings.push(reading)
  }

  event(event: DeviceEvent): void {
    if (this.#events === null) this.#events = [event]
    else this.#events.push(event)
  }

  reject(reason: Reason, where: string): void {
    if (this.#rejected === null) this.#rejected = [{ reason, where }]
    // One message cannot fill the quarantine with its own fields.
    else if (this.#rejected.length < rejectedMax) this.#rejected.push({ reason, where })
  }

  /** Gives up all readings and says one reason instead. */
  rejectAll(reason: Reason, where: string): void {
    this.#readings = null
    this.#rejected = [{ reason, where }]
  }

  put(state: DecoderState, key: string, value: unknown): void {
    if (state.size >= stateMax && !state.has(key)) this.reject('state_full', 'message')
    else if (!putState(state, key, value, () => this.#change(key))) this.reject('too_much_state', 'message')
  }

  remove(state: DecoderState, key: string): void {
    if (removeState(state, key)) this.#change(key)
  }

  #change(key: string): void {
    if (this.#changed === null) this.#changed = [key]
    else this.#changed.push(key)
  }

  /** Whether the frame has told the quantity already. */
  has(device: string, metric: string, channel: string | undefined): boolean {
    const readings = this.#readings ?? noReadings
    return readings.some((one) => one.metric === metric && one.channel === channel && one.device === device)
  }

  /** Readings taken so far. */
  get taken(): number {
    return this.#readings?.length ?? 0
  }

  get hasReadings(): boolean {
    return this.#readings !== null
  }

  get hasRejected(): boolean {
    return this.#rejected !== null
  }

  get changedState(): boolean {
    return this.#changed !== null
  }

  get isEmpty(): boolean {
    return !this.#readings && !this.#rejected && !this.#events && !this.#changed
  }
}

/** Entries of state of one source: what 20,000 devices declare, and a bound for whoever declares without end. */
const stateMax = 20_000

/** Rejections kept of one message. */
const rejectedMax = 100
