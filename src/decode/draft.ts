import type { Frame } from '../frame.ts'
import type { DeviceId, Millis, Quality, Value } from '../reading.ts'
import { isSane, judgeTime, type TimeFormat } from './clock.ts'
import type { DecodeClock, DecoderState, DeviceEvent } from './decoder.ts'
import { judgeNumber, judgeWord } from './judge.ts'
import { constantLeaf, type Leaf, type Scaling } from './leaf.ts'
import { makeReading } from './make-reading.ts'
import type { Memory } from './memory.ts'
import { Outcome } from './outcome.ts'
import { documentOf, textOf } from './payload.ts'
import type { MetricTarget, Profile } from './profile.ts'
import type { Reason } from './reason.ts'
import type { Scope, Template } from './template.ts'

/**
 * What becomes of one frame: rules and protocols hand it raw values, and it alone decides which of them are readings. One
 * object serves all frames of a decoder, one after the other, since this is the hottest path of the program.
 */
export class Draft implements Scope {
  frame!: Frame
  state!: DecoderState
  memory!: Memory
  profile!: Profile
  captures: Readonly<Record<string, string>> = {}
  root: unknown
  bytes: Uint8Array | null = null
  readonly names: string[] = []
  readonly holders: unknown[] = []
  depth = 0
  /** Names up to here are not part of the payload: the rule's `under`. */
  above = 0
  /** Path of the part of the document that is walked, for messages. */
  at = ''
  /** Members met, against their bound. */
  fields = 0
  readonly fieldsMax: number
  /** Name of the member that is a device of its own, for rules with `each`. */
  each: string | undefined
  device: DeviceId | '' = ''
  channel: string | undefined
  /** Fills in the channel of readings that name none, where it depends on the path. */
  channels: Template | null = null
  time: Millis = 0
  /** What tells this message from its equals: a time or number of its own. */
  mark: 'none' | 'number' | 'time' = 'none'
  /** Whose rule would have tested the payload, had it been readable. */
  unread: Profile | null = null
  /** Why `read` failed. */
  problem: Reason = 'json_syntax'
  #isRead = false
  #document: unknown
  #synced = true
  #quality: Quality | undefined
  /** What came of the frame. */
  readonly outcome = new Outcome()

  /** @param fieldsMax a message with more members is somebody's database, and rejected as a whole */
  constructor(fieldsMax: number) {
    this.fieldsMax = fieldsMax
  }

  begin(frame: Frame, state: DecoderState, memory: Memory, clock: DecodeClock): void {
    this.frame = frame
    this.state = state
    this.memory = memory
    this.time = frame.receivedAt
    this.mark = 'none'
    this.unread = null
    this.#synced = clock.synced
    this.outcome.begin()
    this.#isRead = false
  }

  /** Says whose rule is asked. */
  enter(profile: Profile, captures: Readonly<Record<string, string>>): void {
    this.profile = profile
    this.captures = captures
    this.device = ''
    this.each = undefined
    this.channel = undefined
    this.channels = null
    this.root = undefined
    this.bytes = null
    this.fields = 0
    this.at = ''
    this.above = 0
    this.depth = 0
    const retained = this.frame.transport === 'mqtt' && this.frame.retain && !profile.retainedIsCurrent
    this.#quality = retained ? 'stale' : this.#synced ? undefined : 'unsynced'
  }

  /** Makes the payload the document: parsed when it looks like JSON, a text otherwise. False, with `problem`, when it cannot be read. */
  read(): boolean {
    if (!this.#isRead) {
      const text = this.text()
      this.#document = text === null ? undefined : documentOf(text)
      this.problem = text === null ? 'not_utf8' : 'json_syntax'
      this.#isRead = true
    }
    this.root = this.#document
    return this.#document !== undefined
  }

  /** The payload as text, without a byte order mark; null when it is not UTF-8. */
  text(): string | null {
    return textOf(this.frame.payload)
  }

  /** Readings from here on are about the device of that native id, in the profile's family. */
  about(native: string, name?: string): void {
    this.device = this.memory.deviceId(this.profile.family ?? this.profile.id, native)
    if (name !== undefined) this.seen(name)
  }

  /** Says that a device exists, with its name for people. */
  seen(name?: string, silentAfterMs?: Millis): void {
    const { device } = this
    const known = this.memory.names.get(device)
    if (known !== undefined && (name === undefined || known === name)) return
    this.memory.names.set(device, name ?? '')
    this.event({
      type: 'seen',
      device,
      ...(name !== undefined && { name }),
      profile: this.profile.id,
      ...(silentAfterMs !== undefined && { silentAfterMs }),
    })
  }

  event(event: DeviceEvent): void {
    this.outcome.event(event)
  }

  reject(reason: Reason, where: string): void {
    this.outcome.reject(reason, where)
  }

  /** Remembers a value beyond this message; rejects it when the source has too much remembered already. */
  put(key: string, value: unknown): void {
    this.outcome.put(this.state, key, value)
  }

  remove(key: string): void {
    this.outcome.remove(this.state, key)
  }

  /** Judges the device's own time; readings from here on carry it when it is to be trusted, else the time of arrival. */
  timed(raw: unknown, format: TimeFormat, where: string): void {
    const time = judgeTime(raw, format, this.frame.receivedAt)
    if (time === 'invalid') this.reject('clock_invalid', where)
    else if (typeof time === 'number') this.mark = 'time'
    // A wall clock without a zone tells messages apart, though not when they were sent; one hour a year comes twice.
    else if (raw && this.mark === 'none') this.mark = 'number'
    this.time = typeof time === 'number' ? time : this.frame.receivedAt
  }

  /** The same for a time already in ms. */
  timedAt(time: Millis, where: string): void {
    const sane = isSane(time, this.frame.receivedAt)
    if (!sane) this.reject('clock_invalid', where)
    // Counted from the arrival it is not the message's own.
    else if (time !== this.frame.receivedAt) this.mark = 'time'
    this.time = sane ? time : this.frame.receivedAt
  }

  /** Takes a raw value by a rule that is a constant of its protocol, or one kept in the state. `where` names it in messages. */
  measure(target: MetricTarget, raw: unknown, where: string): void {
    const leaf = constantLeaf(target)
    if (leaf) this.take(leaf, raw, where)
    else this.reject('unknown_unit', where)
  }

  /** Takes a raw value by a rule that was worked out from the message itself. */
  measureAs(target: MetricTarget, raw: unknown, where: string): void {
    const leaf = this.memory.leafFor(target)
    if (leaf) this.take(leaf, raw, where)
    else this.reject('unknown_unit', where)
  }

  /** Takes a raw value in a unit that the message or a declaration names. */
  measureIn(metric: string, unit: string | null, raw: unknown, where: string): void {
    this.measureAs(unit === null ? { metric } : { metric, unit }, raw, where)
  }

  /** Decides what becomes of a raw value. `where` names it in messages; without it the walked path does. */
  take(first: Leaf, raw: unknown, where?: string): void {
    let leaf = first
    while (leaf.test !== null && !leaf.test(this, leaf.wildcards, raw)) {
      if (leaf.next === null) return
      leaf = leaf.next
    }
    if (leaf.reject !== null) return this.reject(leaf.reject, where ?? this.where())
    if (leaf.words?.has(String(raw))) return this.#emit(leaf, leaf.words.get(String(raw))!)
    if (leaf.type === 'number') {
      const scale = leaf.unitAt === null ? leaf.scaling : this.#scaleFound(leaf)
      const value = scale === null ? 'unknown_unit' : judgeNumber(leaf, raw, scale)
      if (typeof value === 'number') this.#emit(leaf, value)
      else this.reject(value, where ?? this.where())
    } else {
      const { value, reason } = judgeWord(leaf.type, raw)
      if (reason === undefined) this.#emit(leaf, value)
      else this.reject(reason, where ?? this.where())
    }
  }

  /** The unit stands in the payload: converted from what it says, or from the rule's own where it says nothing. */
  #scaleFound(leaf: Leaf): Scaling | null {
    const found = leaf.unitAt!.get(this, leaf.wildcards)
    if (typeof found !== 'string' || found === '' || leaf.unit === null) return leaf.scaling
    return this.memory.scaling(found, leaf.unit)
  }

  #emit(leaf: Leaf, value: Value): void {
    const template = leaf.channel ?? this.channels
    const channel = template === null ? (this.channel ?? leaf.nameChannel) : template.fill(this, leaf.wildcards)
    const { device, time } = this
    // Hundreds of entities may have announced themselves on one topic.
    if (this.outcome.taken >= this.fieldsMax) return this.reject('too_many_fields', 'message')
    if (leaf.byName && this.outcome.has(device, leaf.metric, channel)) return
    if (this.profile.echoMs !== undefined && this.#isEcho(leaf, channel, value)) return
    let quality = this.#quality
    if (leaf.counter && this.memory.dropped(device, leaf.metric, channel, leaf.unit, value as number, time))
      quality ??= 'suspect'
    this.outcome.add(makeReading(device, leaf.metric, channel, leaf.unit, value, time, quality))
  }

  /** Some devices tell the same over two topics. */
  #isEcho({ metric, unit }: Leaf, channel: string | undefined, value: Value): boolean {
    const { frame, device, profile } = this
    if (frame.transport !== 'mqtt' || frame.retain) return false
    const series = `${device} ${metric} ${channel ?? ''} ${unit}`
    const isEcho = this.memory.isEcho(series, value, frame.topic, frame.receivedAt, profile.echoMs!)
    if (isEcho) this.reject('duplicate', this.where())
    return isEcho
  }

  get hasReadings(): boolean {
    return this.outcome.hasReadings
  }

  /** Path of the value being taken, as far as the payload goes. */
  where(): string {
    const path = this.names.slice(this.above, this.depth + 1).join('.')
    if (this.at === '') return path || 'message'
    return path ? `${this.at}.${path}` : this.at
  }
}
