import type { DecodeClock, Decoded, Decoder, DecoderState, DeviceEvent } from './decode/decoder.ts'
import { quietReasons } from './decode/reason.ts'
import type { Frame } from './frame.ts'
import type { Rejected, Store } from './log/store.ts'
import type { DeviceId, Millis, Reading, Series } from './reading.ts'

/** Calibration of one metric: stored value = value × factor + offset, in the canonical unit. */
export interface Adjustment {
  readonly factor: number
  readonly offset: number
}

export interface IntakeOptions {
  readonly decoder: Decoder
  readonly store: Pick<Store, 'append' | 'records' | 'quarantine'>
  readonly clock: DecodeClock
  /** Whether a device that was not heard before may come in. */
  readonly admit: (device: DeviceId, now: Millis) => boolean
  /** Whether a metric or channel that its device did not have before may come in. */
  readonly admitSeries: (series: Series) => boolean
  readonly adjust: (device: DeviceId, metric: string) => Adjustment | undefined
  /** A device was heard, for the first time since the start or through another family or input than before. */
  readonly seen: (device: DeviceId, profile: string, source: string) => void
  readonly event: (event: DeviceEvent, source: string, time: Millis) => void
}

/** What came in, for metrics. */
export interface IntakeCounts {
  frames: number
  readings: number
  /** Messages that their senders sent again, since no acknowledgement had reached them. */
  redelivered: number
  /** By reason. */
  readonly rejected: Map<string, number>
}

export interface Intake {
  /**
   * Decodes a frame and gives everything in it to the store.
   * @throws GatewayError `unavailable` when the store takes no more: its sender must not be told that it was received
   */
  take(frame: Frame): void
  /** Notes what never became a reading. */
  reject(entry: Rejected): void
  readonly counts: IntakeCounts
}

/** Where readings enter: a frame in, its readings appended, the rest counted and quarantined. */
export function createIntake(options: IntakeOptions): Intake {
  const { decoder, store, clock } = options
  const states = new Map<string, DecoderState>()
  const heardOf = new Map<DeviceId, { profile: string; source: string }>()
  const counts: IntakeCounts = { frames: 0, readings: 0, redelivered: 0, rejected: new Map() }

  function take(frame: Frame): void {
    counts.frames++
    if (frame.transport === 'mqtt' && frame.dup) counts.redelivered++
    const { source } = frame
    const state = stateOf(source)
    const decoded = decoder.decode(frame, state, clock)
    // Given to the store before the readings: what makes later frames readable is on disk no later than these.
    for (const key of decoded.changed) keep(source, key, state)
    const readings = admitted(decoded, frame)
    if (readings.length > 0) append(readings)
    if (decoded.rejected.length > 0) rejectAll(frame, decoded)
    for (const event of decoded.events) if (mayBeHeard(event, frame)) options.event(event, source, frame.receivedAt)
  }

  function append(readings: readonly Reading[]): void {
    try {
      store.append(readings)
      counts.readings += readings.length
    } catch (error) {
      decoder.unstored()
      throw error
    }
  }

  function reject(entry: Rejected): void {
    count(entry.reason)
    store.quarantine.add(entry)
  }

  /** Messages that were never meant to become readings are counted; in the quarantine they would hide what is wrong. */
  function rejectAll(frame: Frame, { rejected }: Decoded): void {
    for (const { reason, where } of rejected)
      if (quietReasons.has(reason)) count(reason)
      else reject(rejection(frame, reason, where))
  }

  function count(reason: string): void {
    counts.rejected.set(reason, (counts.rejected.get(reason) ?? 0) + 1)
  }

  /** The readings of devices that may come in, calibrated; the very array of the decoder where nothing is to change. */
  function admitted({ readings, profile = '' }: Decoded, frame: Frame): readonly Reading[] {
    let changed: Reading[] | undefined
    let device: DeviceId | undefined
    let isIn = true
    for (let i = 0; i < readings.length; i++) {
      const reading = readings[i]!
      if (reading.device !== device) {
        device = reading.device
        isIn = hear(device, profile, frame)
        if (!isIn) reject(rejection(frame, 'too_many_devices', device))
      }
      const adjusted = isIn && mayBeKept(reading, frame) ? adjust(reading) : undefined
      if (adjusted !== reading) changed ??= readings.slice(0, i)
      if (changed && adjusted) changed.push(adjusted)
    }
    return changed ?? readings
  }

  function mayBeKept(reading: Reading, frame: Frame): boolean {
    if (options.admitSeries(reading)) return true
    reject(rejection(frame, 'too_many_metrics', reading.metric))
    return false
  }

  /** A device that is only announced, or says that it is there, takes as much room as one that measures. */
  function mayBeHeard(event: DeviceEvent, frame: Frame): boolean {
    if (event.type === 'publish' || options.admit(event.device, frame.receivedAt)) return true
    reject(rejection(frame, 'too_many_devices', event.device))
    return false
  }

  function hear(device: DeviceId, profile: string, { source, receivedAt }: Frame): boolean {
    const heard = heardOf.get(device)
    if (heard && heard.source === source && heard.profile === profile) return true
    if (!heard && !options.admit(device, receivedAt)) return false
    heardOf.set(device, { profile, source })
    options.seen(device, profile, source)
    return true
  }

  function adjust(reading: Reading): Reading {
    if (typeof reading.value !== 'number') return reading
    const adjustment = options.adjust(reading.device, reading.metric)
    return adjustment ? { ...reading, value: reading.value * adjustment.factor + adjustment.offset } : reading
  }

  function stateOf(source: string): DecoderState {
    const known = states.get(source)
    if (known) return known
    const state: DecoderState = new Map()
    for (const [key, value] of store.records.all(recordKind(source))) state.set(key, JSON.parse(value))
    states.set(source, state)
    return state
  }

  function keep(source: string, key: string, state: DecoderState): void {
    const value = state.get(key)
    if (value === undefined) store.records.delete(recordKind(source), key)
    else store.records.put(recordKind(source), key, JSON.stringify(value))
  }

  return { take, reject, counts }
}

function rejection(frame: Frame, reason: string, where: string): Rejected {
  const subject = frame.transport === 'mqtt' ? frame.topic : frame.profile
  return { time: frame.receivedAt, source: frame.source, subject, reason, where, payload: frame.payload }
}

function recordKind(source: string): string {
  return `decoder:${source}`
}
