import * as z from 'zod'
import type { Draft } from '../draft.ts'
import { parseNumber } from '../number.ts'
import { lookUp } from '../path.ts'
import type { Target } from '../profile.ts'
import { declaredKey } from '../state.ts'
import { type Config, readConfigs } from './ha-config.ts'
import { type AvailabilityTopic, type Entity, entitiesOf, isEsphome, placeOf } from './ha-entity.ts'
import { applySteps, type ValueTemplate } from './ha-template.ts'
import type { Protocol } from './protocol.ts'

/**
 * MQTT discovery as Home Assistant has it (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery): retained messages announce
 * entities, their topics and where in the payload a value stands. With `config` a rule reads those; without it, it takes the topics that
 * were announced and that no family before it knows.
 */
export const haDiscovery: Protocol = {
  options: z.strictObject({ config: z.boolean() }),
  claims(draft, state, topic) {
    return draft.captures.component !== undefined || state.has(topicKey(topic))
  },
  decode(draft, options) {
    if ((options as { config: boolean } | undefined)?.config) announce(draft)
    else hear(draft)
    return true
  },
}

const configKey = (topic: string): string => `ha/config/${topic}`
const topicKey = (topic: string): string => `ha/topic/${topic}`
const deviceKey = (native: string): string => `ha/device/${native}`

/** What one announcement led to. */
interface Announced {
  readonly entities: readonly Entity[]
  /** Members that were declared to ESPHome's family: key of the state, name of the member. */
  readonly declared?: readonly (readonly [key: string, member: string])[]
}

function announce(draft: Draft): void {
  const topic = topicOf(draft)
  const before = draft.state.get(configKey(topic)) as Announced | undefined
  if (draft.frame.payload.length === 0) {
    if (before) withdraw(draft, topic, before)
    return
  }
  if (!draft.read()) return draft.reject(draft.problem, 'message')
  if (typeof draft.root !== 'object' || draft.root === null || Array.isArray(draft.root))
    return draft.reject('type_mismatch', 'message')
  const { component, object } = draft.captures
  const configs = readConfigs(draft.root, component!, object!)
  const declared = configs.flatMap((config) => declareToEsphome(draft, config))
  const entities = declared.length > 0 ? [] : configs.flatMap((config) => entitiesOf(draft, config))
  if (entities.length === 0 && declared.length === 0 && !draft.outcome.hasRejected)
    draft.reject('ignored_topic', 'message')
  if (before) forget(draft, topic, before)
  const placed = entities.map((entity) => place(draft, topic, entity))
  draft.put(configKey(topic), { entities: placed, ...(declared.length > 0 && { declared }) } satisfies Announced)
  for (const at of topicsOf(placed)) index(draft, at, topic)
}

/** An entity that shares its metric with another of the device is told from it by its channel; the first has none. */
function place(draft: Draft, topic: string, entity: Entity): Entity {
  const { metric } = entity.target
  const key = deviceKey(entity.device)
  const owners = (draft.state.get(key) ?? {}) as Readonly<Record<string, string>>
  const owner = Object.hasOwn(owners, metric) ? owners[metric] : undefined
  const own = `${topic} ${entity.key}`
  if (owner !== undefined && owner !== own) return { ...entity, target: { ...entity.target, channel: placeOf(entity) } }
  draft.put(key, Object.fromEntries([...Object.entries(owners), [metric, own]]))
  return entity
}

function topicsOf(entities: readonly Entity[]): ReadonlySet<string> {
  return new Set(
    entities.flatMap(({ topic, attributes, availability }) => [
      topic,
      ...(attributes === undefined ? [] : [attributes]),
      ...availability.map((one) => one.topic),
    ]),
  )
}

function index(draft: Draft, topic: string, config: string): void {
  const configs = (draft.state.get(topicKey(topic)) ?? []) as readonly string[]
  if (!configs.includes(config)) draft.put(topicKey(topic), [...configs, config])
}

/** Takes back what an earlier announcement on the topic led to; its entities keep their place among those of the device. */
function forget(draft: Draft, config: string, { entities, declared = [] }: Announced): void {
  for (const topic of topicsOf(entities)) {
    const configs = ((draft.state.get(topicKey(topic)) ?? []) as readonly string[]).filter((one) => one !== config)
    if (configs.length > 0) draft.put(topicKey(topic), configs)
    else draft.remove(topicKey(topic))
  }
  for (const [key, member] of declared) {
    const { [member]: _, ...others } = (draft.state.get(key) ?? {}) as Record<string, Target>
    if (Object.keys(others).length > 0) draft.put(key, others)
    else draft.remove(key)
  }
}

/** An empty announcement removes its entities, and a device with its last one. */
function withdraw(draft: Draft, config: string, announced: Announced): void {
  forget(draft, config, announced)
  draft.remove(configKey(config))
  for (const native of new Set(announced.entities.map(({ device }) => device))) {
    const owners = Object.entries((draft.state.get(deviceKey(native)) ?? {}) as Record<string, string>)
    const left = owners.filter(([, owner]) => !owner.startsWith(`${config} `))
    if (left.length > 0) draft.put(deviceKey(native), Object.fromEntries(left))
    else {
      draft.remove(deviceKey(native))
      draft.about(native)
      // Those that other families decode were announced too, and never heard here.
      if (draft.memory.names.get(draft.device) !== undefined) draft.event({ type: 'removed', device: draft.device })
    }
  }
}

const esphomeTopic = /^(.+)\/(?:sensor|binary_sensor|switch|text_sensor)\/([^/]+)\/state$/

/** ESPHome's topics are known without discovery, so that its family has them; only units and classes stand here alone. */
function declareToEsphome(draft: Draft, config: Config): (readonly [string, string])[] {
  const { values } = config
  const match = typeof values.state_topic === 'string' ? esphomeTopic.exec(values.state_topic) : null
  if (!match || !isEsphome(config) || values.value_template !== undefined) return []
  const [entity] = entitiesOf(draft, { ...config, key: match[2]! })
  if (!entity) return []
  const key = declaredKey(draft.memory.deviceId('esphome', match[1]!))
  const members = (draft.state.get(key) ?? {}) as Record<string, Target>
  const { channel: _, ...target } = entity.target
  draft.put(key, Object.fromEntries([...Object.entries(members), [match[2]!, target]]))
  return [[key, match[2]!]]
}

/** A message on a topic that was announced. */
function hear(draft: Draft): void {
  const topic = topicOf(draft)
  const configs = (draft.state.get(topicKey(topic)) ?? []) as readonly string[]
  const entities = configs.flatMap((config) => {
    const announced = draft.state.get(configKey(config)) as Announced | undefined
    return announced?.entities ?? []
  })
  if (draft.frame.payload.length === 0) return draft.reject('empty', 'message')
  if (!draft.read()) return draft.reject(draft.problem, 'message')
  judgeAvailability(draft, topic, entities)
  const measured = entities.filter((entity) => entity.topic === topic)
  const missing = measured.filter((entity) => !measure(draft, entity))
  if (measured.length === 0 && entities.some(({ attributes }) => attributes === topic))
    draft.reject('ignored_topic', 'message')
  if (missing.length > 0 && missing.length === measured.length) draft.reject('no_value', pathOf(missing[0]!))
}

/** False when the payload has nothing about the entity. */
function measure(draft: Draft, entity: Entity): boolean {
  const { device, name, template, target, loose, silentAfterMs } = entity
  const value = valueAt(draft, template)
  if (value === undefined) return false
  draft.about(device)
  const taken = draft.outcome.taken
  if (loose && typeof value === 'string' && parseNumber(value) === 'type_mismatch')
    draft.measureAs({ ...withoutUnit(target), type: 'text' }, value, pathOf(entity))
  else draft.measure(target, value, pathOf(entity))
  if (draft.outcome.taken > taken) draft.seen(name, silentAfterMs)
  return true
}

function withoutUnit({ unit: _, ...target }: Entity['target']): Entity['target'] {
  return target
}

function valueAt(draft: Draft, template: ValueTemplate | null): unknown {
  if (template === null) return draft.root
  const raw = template.path === null ? draft.root : lookUp(draft.root, template.path)
  return applySteps(raw, template.steps)
}

function pathOf({ template }: Entity): string {
  return template?.path?.join('.') || 'message'
}

/** Tells once for each device whether it is there, by all the topics its entities name (`availability_mode`). */
function judgeAvailability(draft: Draft, topic: string, entities: readonly Entity[]): void {
  const verdicts = new Map<string, boolean>()
  for (const { device, availability, mode } of entities) {
    const spoken = availability.find((one) => one.topic === topic)
    const status = spoken && statusOf(draft, spoken)
    if (status === undefined) continue
    draft.memory.notes.set(`ha ${topic}`, status ? 1 : 0)
    const known = availability.flatMap((one) => draft.memory.notes.get(`ha ${one.topic}`) ?? [])
    const all = known.every((one) => one === 1)
    const online = mode === 'latest' ? status : mode === 'any' ? known.includes(1) : all
    verdicts.set(device, online || (verdicts.get(device) ?? false))
  }
  for (const [native, online] of verdicts) {
    draft.about(native)
    draft.event({ type: 'availability', device: draft.device, online, scope: 'device' })
  }
}

function statusOf(draft: Draft, { template, online, offline }: AvailabilityTopic): boolean | undefined {
  const word = String(valueAt(draft, template))
  return word === online ? true : word === offline ? false : undefined
}

function topicOf({ frame }: Draft): string {
  return frame.transport === 'mqtt' ? frame.topic : frame.source
}
