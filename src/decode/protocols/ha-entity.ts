import { macAddress } from '../device-id.ts'
import type { Draft } from '../draft.ts'
import { snakeCase } from '../names.ts'
import type { MetricTarget } from '../profile.ts'
import type { Config } from './ha-config.ts'
import { binaryTarget, sensorTarget } from './ha-target.ts'
import { parseTemplate, type ValueTemplate } from './ha-template.ts'

/** Where it is told whether a device is there. */
export interface AvailabilityTopic {
  readonly topic: string
  readonly template: ValueTemplate | null
  readonly online: string
  readonly offline: string
}

/** One measured value that was announced, as the state keeps it. */
export interface Entity {
  /** Tells it from the others of its message. */
  readonly key: string
  /** Native id of the device. */
  readonly device: string
  readonly name?: string
  readonly topic: string
  readonly template: ValueTemplate | null
  readonly target: MetricTarget
  /** It may be a word or a number: nothing was said. */
  readonly loose?: true
  readonly silentAfterMs?: number
  /** Where more is told about it that is no value of its own. */
  readonly attributes?: string
  readonly availability: readonly AvailabilityTopic[]
  readonly mode: 'all' | 'any' | 'latest'
}

/** What is measured by an entity that was announced: none, one, or for climates several. What cannot be read is rejected. */
export function entitiesOf(draft: Draft, config: Config): readonly Entity[] {
  switch (config.component) {
    // Numbers, selects and texts are what a person has set.
    case 'sensor':
      return sensorOf(draft, config)
    case 'binary_sensor':
    case 'switch':
      return binaryOf(draft, config)
    case 'climate':
      return climateOf(draft, config)
    default:
      // Those of ESPHome are known to its family.
      return isEsphome(config) ? [] : actuatorOf(draft, config)
  }
}

/** Whether ESPHome announced it, whose topics its own family knows. */
export function isEsphome({ device }: Config): boolean {
  return /esphome/i.test(String(device.sw_version ?? ''))
}

function sensorOf(draft: Draft, config: Config): readonly Entity[] {
  const { key, values } = config
  const names = [lastOfPath(text(values, 'value_template')), text(values, 'object_id'), key, text(values, 'name')]
  const known = names.filter((name) => name !== undefined)
  const [deviceClass, unit, stateClass] = ['device_class', 'unit_of_measurement', 'state_class'].map((one) =>
    text(values, one),
  )
  const target = sensorTarget(deviceClass, unit, stateClass, known)
  const isLoose = target?.unit === null && deviceClass === undefined && !unit && stateClass === undefined
  return target ? entityAt(draft, config, { target, isLoose }) : []
}

function binaryOf(draft: Draft, config: Config): readonly Entity[] {
  const { component, key, values } = config
  const on = text(values, 'state_on') ?? text(values, 'payload_on') ?? 'ON'
  const off = text(values, 'state_off') ?? text(values, 'payload_off') ?? 'OFF'
  if (component === 'switch')
    return entityAt(draft, config, { target: { ...binaryTarget(undefined, on, off, key), metric: 'state' } })
  return entityAt(draft, config, { target: binaryTarget(text(values, 'device_class'), on, off, key) })
}

function climateOf(draft: Draft, config: Config): readonly Entity[] {
  const unit = text(config.values, 'temperature_unit') === 'F' ? '°F' : 'Cel'
  return [
    ...entityAt(draft, config, {
      suffix: '.t',
      topicKey: 'current_temperature_topic',
      templateKey: 'current_temperature_template',
      target: { metric: 'temperature', unit },
    }),
    ...entityAt(draft, config, {
      suffix: '.h',
      topicKey: 'current_humidity_topic',
      templateKey: 'current_humidity_template',
      target: { metric: 'humidity' },
    }),
  ]
}

/** What is moved or switched, by what it says of itself. */
function actuatorOf(draft: Draft, config: Config): readonly Entity[] {
  const parts = Object.hasOwn(actuators, config.component) ? actuators[config.component]! : []
  return parts.flatMap((part) => {
    if (config.values[part.topicKey ?? 'state_topic'] === undefined) return []
    const isJson = config.values.schema === 'json'
    return entityAt(draft, config, isJson ? { ...part, otherwise: memberAt('state') } : part)
  })
}

/** One value of an entity: where the announcement says that it stands, and what it is. */
interface Part {
  /** Tells it from the others of the entity. */
  readonly suffix?: string
  readonly topicKey?: string
  readonly templateKey?: string
  readonly target: MetricTarget
  readonly isLoose?: boolean
  /** Where the value stands when no template says so. */
  readonly otherwise?: ValueTemplate
}

const memberAt = (name: string): ValueTemplate => ({ path: [name], steps: [] })
const state: Part = { target: { metric: 'state', type: 'state' } }
const position: Part = {
  suffix: '.p',
  topicKey: 'position_topic',
  templateKey: 'position_template',
  target: { metric: 'position', unit: '%' },
}
const switched: Part = { ...state, templateKey: 'state_value_template' }
const actuators: Readonly<Record<string, readonly Part[]>> = {
  alarm_control_panel: [state],
  cover: [state, position],
  event: [{ target: { metric: 'action', type: 'text' }, otherwise: memberAt('event_type') }],
  fan: [switched],
  light: [switched],
  lock: [{ target: { metric: 'lock', type: 'state' } }],
  siren: [switched],
  valve: [state, position],
}

function entityAt(draft: Draft, config: Config, part: Part): readonly Entity[] {
  const { suffix = '', topicKey = 'state_topic', templateKey = 'value_template', target, isLoose = false } = part
  const { values, device, key } = config
  const topic = values[topicKey]
  const given = templateAt(draft, values, templateKey)
  if (given === undefined || typeof topic !== 'string' || topic === '') return []
  const template = given ?? part.otherwise ?? null
  // Without characters, payloads are pictures and the like; subscriptions to many topics say nothing about which is which.
  if (values.encoding === '' || /[+#]/.test(topic)) {
    draft.reject('unsupported_feature', topicKey)
    return []
  }
  const expire = values.expire_after
  const name = text(device, 'name')
  const mode = text(values, 'availability_mode')
  const attributes = text(values, 'json_attributes_topic')
  const entity: Entity = {
    key: key + suffix,
    device: nativeId(config, draft),
    ...(name !== undefined && { name }),
    topic,
    template,
    target,
    ...(isLoose && { loose: true }),
    ...(typeof expire === 'number' && expire > 0 && { silentAfterMs: Math.round(expire * 1000) }),
    ...(attributes !== undefined && attributes !== topic && { attributes }),
    availability: availabilityOf(draft, values),
    mode: mode === 'all' || mode === 'any' ? mode : 'latest',
  }
  return [entity]
}

/** Null without a template; undefined, with a rejection, for one that is not of the few that are read. */
function templateAt(draft: Draft, values: Config['values'], key: string): ValueTemplate | null | undefined {
  const given = values[key]
  if (given === undefined || given === null || given === '') return null
  const template = typeof given === 'string' ? parseTemplate(given) : { refused: 'no text' }
  if (!('refused' in template)) return template
  draft.reject('unsupported_feature', `${key}: ${template.refused}`)
  return undefined
}

function availabilityOf(draft: Draft, values: Config['values']): readonly AvailabilityTopic[] {
  const topic = text(values, 'availability_topic')
  const single = topic === undefined ? [] : [{ ...values, topic, value_template: values.availability_template }]
  const several = [values.availability ?? []].flat().filter((one) => typeof one === 'object' && one !== null)
  return [...single, ...several].slice(0, topicsMax).flatMap((one): AvailabilityTopic[] => {
    const template = templateAt(draft, one as Config['values'], 'value_template')
    const at = text(one as Config['values'], 'topic')
    if (template === undefined || at === undefined || /[+#]/.test(at)) return []
    const online = text(one as Config['values'], 'payload_available') ?? 'online'
    const offline = text(one as Config['values'], 'payload_not_available') ?? 'offline'
    return [{ topic: at, template, online, offline }]
  })
}

/** Availability topics kept of one entity. */
const topicsMax = 16

/** Identifiers of the device, its MAC address, or what tells the entity from others. */
function nativeId({ values, device, key }: Config, draft: Draft): string {
  const [identifier] = [device.identifiers ?? []].flat()
  if (typeof identifier === 'string' && identifier !== '') return identifier
  const [connection] = [device.connections ?? []].flat(1) as unknown[]
  const address = Array.isArray(connection) ? connection[1] : undefined
  if (typeof address === 'string' && address !== '') return macAddress(address) ?? address
  return draft.captures.node ?? text(values, 'unique_id') ?? key
}

function lastOfPath(template: string | undefined): string | undefined {
  const parsed = template === undefined ? undefined : parseTemplate(template)
  return parsed && 'path' in parsed ? parsed.path?.findLast((name) => !/^\d+$/.test(name)) : undefined
}

function text(values: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = values[key]
  if (typeof value === 'boolean' || typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value.slice(0, 512) : undefined
}

/** What stands beside the metric where a device has several of one. */
export function placeOf({ key }: Entity): string {
  return snakeCase(key).slice(0, 64) || 'other'
}
