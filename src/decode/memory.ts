import type { DeviceId, Millis, Reading, Value } from '../reading.ts'
import { conversion } from '../units.ts'
import { BoundedMap } from './bounded.ts'
import { behindMax } from './clock.ts'
import { deviceId } from './device-id.ts'
import { type Leaf, leafOrNull, type Scaling, scaling } from './leaf.ts'
import type { MetricTarget } from './profile.ts'

/**
 * What a decoder works out once and keeps in memory for one source. All of it can be forgotten: it is derived from the
 * profiles, the state and the messages. Bounds are far above what a household or a small plant has, and hold memory to some MB.
 */
export class Memory {
  /** Names last told in `seen` events, by device id; empty where it has none. */
  readonly names = new BoundedMap<DeviceId, string>(20_000)
  /** What protocols note about the run of messages, such as the last sequence number; by keys that begin with the protocol's name. */
  readonly notes = new BoundedMap<string, number>(20_000)
  readonly #ids = new BoundedMap<string, DeviceId>(20_000)
  readonly #leaves = new BoundedMap<string, Leaf | null>(4096)
  readonly #scalings = new BoundedMap<string, Scaling | null>(1024)
  readonly #messages = new BoundedMap<number, Millis>(messagesMax)
  readonly #echoes = new BoundedMap<string, Echo>(20_000)
  readonly #repeats = new BoundedMap<string, string>(4096)
  readonly #counters: Counters

  constructor(counters: Counters) {
    this.#counters = counters
  }

  deviceId(family: string, native: string): DeviceId {
    const key = `${family} ${native}`
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = deviceId(family, native)
      this.#ids.set(key, id)
    }
    return id
  }

  /** A rule that a message gives; null when its unit does not fit the metric or is not known. */
  leafFor(target: MetricTarget): Leaf | null {
    const key = JSON.stringify(target)
    let leaf = this.#leaves.get(key)
    if (leaf === undefined) {
      leaf = leafOrNull(target)
      this.#leaves.set(key, leaf)
    }
    return leaf
  }

  /** From the unit that a message names to a canonical one; null when it does not fit. */
  scaling(from: string, to: string): Scaling | null {
    const key = `${from} ${to}`
    let found = this.#scalings.get(key)
    if (found === undefined) {
      const steps = conversion(from, to)
      found = steps ? scaling({ factor: 1, offset: 0 }, steps) : null
      this.#scalings.set(key, found)
    }
    return found
  }

  /**
   * Whether this very message was taken before; remembers it. Only for messages that carry a time or number of their own: two equal
   * measurements without are two readings.
   * @param withinMs how long its mark tells it from others: numbers begin anew after a while
   */
  wasTaken(message: number, now: Millis, withinMs: Millis): boolean {
    const takenAt = this.#messages.get(message)
    if (takenAt !== undefined && Math.abs(now - takenAt) <= withinMs) return true
    this.#messages.set(message, now)
    return false
  }

  /** The message was not stored after all: its repetition is news. */
  forgetMessage(message: number): void {
    this.#messages.set(message, Number.NaN)
  }

  /** Whether a value was just told over another topic. */
  isEcho(series: string, value: Value, topic: string, now: Millis, withinMs: Millis): boolean {
    const last = this.#echoes.get(series)
    if (last && last.topic !== topic && last.value === value && Math.abs(now - last.at) <= withinMs) return true
    this.#echoes.set(series, { value, topic, at: now })
    return false
  }

  /** Whether this is what was said of the subject last time too; remembers it. For values that a device repeats until it has a new one. */
  repeats(subject: string, said: string): boolean {
    if (this.#repeats.get(subject) === said) return true
    this.#repeats.set(subject, said)
    return false
  }

  /** Whether a counter stands lower than it stood before; remembers where it stands. */
  dropped(
    device: DeviceId,
    metric: string,
    channel: string | undefined,
    unit: string | null,
    value: number,
    time: Millis,
  ): boolean {
    return this.#counters.dropped(`${device} ${metric} ${channel ?? ''} ${unit}`, value, time)
  }
}

/** A broker repeats what it had no answer to, at most some hundred messages a connection. */
const messagesMax = 8192

interface Echo {
  readonly value: Value
  readonly topic: string
  readonly at: Millis
}

/** Where each counter stood last. Shared by all sources: one device may be heard over two of them. */
export class Counters {
  readonly #last = new BoundedMap<string, { value: number; time: Millis }>(20_000)

  /** Takes a stored reading for the last one, as after a restart. */
  recall({ device, metric, channel, unit, value, time }: Reading): void {
    // Which of them are counters is known to the profiles, which ask for no other.
    if (typeof value === 'number') this.#last.set(`${device} ${metric} ${channel ?? ''} ${unit}`, { value, time })
  }

  dropped(key: string, value: number, time: Millis): boolean {
    const last = this.#last.get(key)
    if (last === undefined) {
      this.#last.set(key, { value, time })
      return false
    }
    // A reading from before the last one, out of a device's buffer, says nothing about a drop. One from long before comes
    // from no buffer: the gateway's clock was ahead then.
    if (time < last.time && time >= last.time - behindMax) return false
    const dropped = value < last.value
    last.value = value
    last.time = time
    return dropped
  }
}
