import type { Frame, MqttFrame, SerialFrame } from '../frame.ts'
import type { Millis, Reading } from '../reading.ts'
import { apply, type Bound } from './apply.ts'
import { BoundedMap } from './bounded.ts'
import type { DecodeClock, Decoded, Decoder, DecoderState } from './decoder.ts'
import { portName } from './device-id.ts'
import { Draft } from './draft.ts'
import { fingerprint } from './fingerprint.ts'
import { Counters, Memory } from './memory.ts'
import type { Profile, ProfileIssue, Target } from './profile.ts'
import { compileRules, type Rule } from './rule.ts'
import { declaredKey } from './state.ts'
import type { Scope } from './template.ts'
import { type Node, withMembers } from './tree.ts'

/** How large a frame may be. */
export interface DecodeLimits {
  /** Larger payloads are rejected unread; inputs are told the same bound. */
  readonly payloadBytes: number
  /** Members of a document; one with more is rejected as a whole. */
  readonly fields: number
}

/** More than any sensor sends. */
export const defaultLimits: DecodeLimits = { payloadBytes: 1 << 20, fields: 500 }

/** Numbers of one byte begin anew after minutes; a repetition comes when a connection is there again. */
const numberedForMs: Millis = 10 * 60_000

/** Topics whose plan is kept: as many as a large installation uses at once. Longer topics are looked up each time. */
const plansMax = 16_384
const plannedTopicMax = 512

/**
 * Makes the decoder for these profiles. A topic is asked of them in their order, so the user's own come first; the last word has whichever
 * takes every topic. Profiles must have passed `parseProfile`.
 */
export function createDecoder(profiles: readonly Profile[], limits: DecodeLimits = defaultLimits): Decoder {
  return new Engine(profiles, limits)
}

class Engine implements Decoder {
  readonly #rules: readonly Rule[]
  readonly #serial = new Map<string, readonly Rule[]>()
  readonly #counters = new Counters()
  readonly #sources = new WeakMap<DecoderState, Source>()
  readonly #payloadBytesMax: number
  readonly #draft: Draft
  #lastState: DecoderState | null = null
  #lastSource!: Source
  #lastTaken: { readonly memory: Memory; readonly message: number } | null = null

  constructor(profiles: readonly Profile[], limits: DecodeLimits) {
    this.#payloadBytesMax = limits.payloadBytes
    this.#draft = new Draft(limits.fields)
    const issues: ProfileIssue[] = []
    const rules = profiles.map((profile) => compileRules(profile, issues))
    if (issues.length > 0) throw new TypeError(`a profile is wrong: ${JSON.stringify(issues[0])}`)
    this.#rules = rules.flat().filter((rule) => rule.topics.length > 0)
    profiles.forEach((profile, index) => {
      if (profile.serial && !this.#serial.has(profile.id)) this.#serial.set(profile.id, rules[index]!)
    })
  }

  decode(frame: Frame, state: DecoderState, clock: DecodeClock): Decoded {
    const source = this.#sourceOf(state)
    const draft = this.#draft
    draft.begin(frame, state, source.memory, clock)
    if (frame.payload.length > this.#payloadBytesMax) {
      draft.reject('too_large', 'message')
      return draft.outcome.end(undefined)
    }
    this.#lastTaken = null
    const plan = frame.transport === 'mqtt' ? this.#planTopic(frame, source) : this.#planPort(frame, source)
    let profile: string | undefined
    for (let i = 0; i < plan.length; i++) {
      if (!apply(plan[i]!, draft)) continue
      profile = plan[i]!.rule.profile.id
      break
    }
    if (draft.mark !== 'none' && draft.hasReadings) this.#dropRepetition(source.memory)
    if (profile === undefined) draft.reject(frame.transport === 'mqtt' ? 'unknown_topic' : 'text_syntax', 'message')
    // A block of settings, registers that nobody wants: nothing is wrong, but it must not look lost.
    else if (frame.transport === 'serial' && draft.outcome.isEmpty) draft.reject('nothing_measured', 'message')
    // What devices declare shapes the plans.
    if (draft.outcome.changedState) source.plans.clear()
    return draft.outcome.end(profile)
  }

  unstored(): void {
    if (this.#lastTaken !== null) this.#lastTaken.memory.forgetMessage(this.#lastTaken.message)
  }

  /**
   * A message that was taken before is dropped: the same topic, bytes and device time. The DUP flag says nothing here, since after a
   * crash the only copy there is may carry it.
   */
  #dropRepetition(memory: Memory): void {
    const { frame, mark } = this.#draft
    const topic = frame.transport === 'mqtt' ? frame.topic : frame.source
    const message = fingerprint(topic, frame.payload)
    if (memory.wasTaken(message, frame.receivedAt, mark === 'time' ? Number.POSITIVE_INFINITY : numberedForMs))
      this.#draft.outcome.rejectAll('duplicate', 'message')
    else this.#lastTaken = { memory, message }
  }

  recall(reading: Reading): void {
    this.#counters.recall(reading)
  }

  #sourceOf(state: DecoderState): Source {
    if (state === this.#lastState) return this.#lastSource
    let source = this.#sources.get(state)
    if (!source) {
      source = { plans: new BoundedMap(plansMax), memory: new Memory(this.#counters) }
      this.#sources.set(state, source)
    }
    this.#lastState = state
    this.#lastSource = source
    return source
  }

  #planTopic(frame: MqttFrame, source: Source): Plan {
    let plan = source.plans.get(frame.topic)
    if (plan === undefined) {
      plan = this.#makeTopicPlan(frame)
      if (frame.topic.length <= plannedTopicMax) source.plans.set(frame.topic, plan)
    }
    return plan
  }

  /** The rules that fit the topic, up to the first that takes every message of it. */
  #makeTopicPlan({ topic }: MqttFrame): Plan {
    const levels = topic.split('/')
    const plan: Bound[] = []
    for (const rule of this.#rules) {
      for (const pattern of rule.topics) {
        const captures = pattern.match(levels)
        if (captures === null) continue
        this.#draft.enter(rule.profile, captures)
        if (rule.protocol?.claims && !rule.protocol.claims(this.#draft, this.#draft.state, topic)) continue
        plan.push(bind(rule, captures, this.#draft))
        break
      }
    }
    return plan
  }

  #planPort(frame: SerialFrame, source: Source): Plan {
    const key = `\0${frame.profile}\0${frame.source}\0${frame.device ?? ''}`
    let plan = source.plans.get(key)
    if (plan === undefined) {
      const captures = { port: portName(frame.source) }
      plan = (this.#serial.get(frame.profile) ?? []).map((rule) => {
        this.#draft.enter(rule.profile, captures)
        return bind(rule, captures, this.#draft)
      })
      source.plans.set(key, plan)
    }
    return plan
  }
}

type Plan = readonly Bound[]

/** What is kept in memory for one source, by the state that is its own. */
interface Source {
  readonly plans: BoundedMap<string, Plan>
  readonly memory: Memory
}

function bind(rule: Rule, captures: Readonly<Record<string, string>>, draft: Draft): Bound {
  const scope: Scope = { ...emptyScope, captures }
  const native =
    draft.frame.transport === 'mqtt' && rule.device?.early && !rule.message.mac && rule.device.fill(scope, [])
  const device = native ? draft.memory.deviceId(rule.profile.family ?? rule.profile.id, native) : ''
  const under = rule.under?.fill(scope, []) ?? ''
  const names = under === '' ? [] : under.split('/')
  const declared = device && draft.state.get(declaredKey(device))
  const tree = declared ? withMembers(rule.tree, declared as Record<string, Target | null>) : rule.tree
  return {
    rule,
    captures,
    device,
    channel: rule.channel?.early ? rule.channel.fill(scope, []) : undefined,
    under: names,
    node: names.reduce<Node | null>((node, name) => node?.child(name) ?? null, tree),
  }
}

const emptyScope: Scope = {
  captures: {},
  root: undefined,
  bytes: null,
  names: [],
  holders: [],
  depth: 0,
  each: undefined,
}
