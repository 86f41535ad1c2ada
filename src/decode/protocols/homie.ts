import type { DeviceId } from '../../reading.ts'
import type { Draft } from '../draft.ts'
import { lookUp } from '../path.ts'
import { allows, describeProperty, guessProperty, type Property, type PropertyAttributes } from './homie-property.ts'
import type { Protocol } from './protocol.ts'

/**
 * The Homie convention (https://homieiot.github.io/specification/), versions 3 to 5. What a property is stands in retained attributes, one
 * topic each up to version 4, and in one `$description` since: both are kept. Devices may be children of others since version 5.
 */
export const homie: Protocol = {
  decode(draft) {
    const { device, attribute, node, property } = draft.captures
    draft.about(device!)
    if (node !== undefined && attribute !== undefined) keepAttribute(draft, attribute.slice(1))
    else if (property !== undefined) measure(draft)
    else if (attribute === '$description') keepDescription(draft)
    else if (attribute === '$name') draft.seen(draft.text() || undefined)
    else judgeState(draft)
    return true
  },
}

/** What the state holds of a device, by `homie/<id>`. */
interface Known {
  readonly name?: string
  readonly children?: readonly string[]
  readonly parent?: string
  /** By `<node>/<property>`; null for one that is not measured. */
  readonly properties?: Readonly<Record<string, Property | null>>
  readonly state?: string
}

function knownOf(draft: Draft, device: string): Known {
  return (draft.state.get(`homie/${device}`) as Known | undefined) ?? {}
}

function keepDescription(draft: Draft): void {
  const { device } = draft.captures
  if (draft.frame.payload.length === 0) return draft.remove(`homie/${device}`)
  if (!draft.read() || typeof draft.root !== 'object') return draft.reject(draft.problem, 'message')
  const { root } = draft
  const properties: [string, Property | null][] = []
  for (const [node, described] of entriesAt(root, 'nodes')) {
    for (const [property, attributes] of entriesAt(described, 'properties'))
      properties.push([`${node}/${property}`, describeProperty(node, property, attributesOf(attributes))])
  }
  if (properties.length > propertiesMax) return draft.reject('too_many_fields', 'message')
  const name = textAt(root, 'name')
  const parent = textAt(root, 'parent')
  const children = lookUp(root, ['children'])
  const { state } = knownOf(draft, device!)
  draft.put(`homie/${device}`, {
    ...(name !== undefined && { name }),
    ...(parent !== undefined && { parent }),
    ...(Array.isArray(children) && { children: children.filter((one) => typeof one === 'string').slice(0, 500) }),
    properties: Object.fromEntries(properties),
    ...(state !== undefined && { state }),
  } satisfies Known)
  draft.seen(name)
}

/** Properties kept of one device. */
const propertiesMax = 2000

/** Up to version 4: `homie/<device>/<node>/<property>/$unit` and so on, in any order. */
function keepAttribute(draft: Draft, attribute: string): void {
  const { device, node, property } = draft.captures
  const text = draft.text()
  if (text === null) return draft.reject('not_utf8', 'message')
  const key = `homie/${device}/${node}/${property}`
  const before = (draft.state.get(key) as { attributes: PropertyAttributes } | undefined)?.attributes ?? {}
  const attributes = { ...before, [attribute]: text.slice(0, 256) }
  draft.put(key, { attributes, target: describeProperty(node!, property!, attributes) })
}

function measure(draft: Draft): void {
  const { device, node, property } = draft.captures
  const text = draft.text()
  if (text === null) return draft.reject('not_utf8', 'message')
  if (text === '') return draft.reject('empty', 'message')
  const { name, properties } = knownOf(draft, device!)
  const declared = lookUp(properties, [`${node}/${property}`]) as Property | null | undefined
  const kept = draft.state.get(`homie/${device}/${node}/${property}`) as { target: Property | null } | undefined
  const target = declared === undefined ? kept?.target : declared
  if (target === null) draft.reject('ignored_topic', 'message')
  else if (target && !allows(target, text)) draft.reject('type_mismatch', 'message')
  else if (target) draft.measure(target, text, 'message')
  else draft.measureAs(guessProperty(node!, property!, text), text, 'message')
  if (draft.hasReadings) draft.seen(name)
}

/** Device is there and says so; `sleeping` devices are well, and `alert` wants a look (Homie 5 "Device Lifecycle"). */
const here = new Set(['init', 'ready', 'sleeping', 'alert'])
const gone = new Set(['lost', 'disconnected'])

function judgeState(draft: Draft): void {
  const { device } = draft.captures
  const state = draft.text()?.trim() ?? ''
  if (state === '') {
    draft.remove(`homie/${device}`)
    return draft.event({ type: 'removed', device: draft.device })
  }
  if (!here.has(state) && !gone.has(state)) return draft.reject('type_mismatch', 'message')
  const known = knownOf(draft, device!)
  // Only of described devices is it kept, since only those have children.
  if (known.properties) draft.put(`homie/${device}`, { ...known, state })
  tell(draft, device!, here.has(state) && !isCutOff(draft, known.parent), new Set())
}

/** A device with a lost ancestor is lost too, since they share a connection; it comes back with it, if it was well itself. */
function tell(draft: Draft, device: string, online: boolean, told: Set<string>): void {
  if (told.has(device) || told.size >= toldMax) return
  told.add(device)
  draft.event({ type: 'availability', device: idOf(draft, device), online, scope: 'device' })
  for (const child of knownOf(draft, device).children ?? []) {
    const { state } = knownOf(draft, child)
    if (!online || here.has(state ?? '')) tell(draft, child, online, told)
  }
}

function isCutOff(draft: Draft, parent: string | undefined): boolean {
  for (let depth = 0, at = parent; at !== undefined && depth < depthMax; depth++) {
    const known = knownOf(draft, at)
    if (gone.has(known.state ?? '')) return true
    at = known.parent
  }
  return false
}

/** Devices told of at once, and parents looked at: their relations come from the network and may go in circles. */
const toldMax = 1000
const depthMax = 8

function idOf(draft: Draft, device: string): DeviceId {
  return draft.memory.deviceId(draft.profile.family ?? draft.profile.id, device)
}

function entriesAt(document: unknown, name: string): [string, unknown][] {
  const value = lookUp(document, [name])
  return typeof value === 'object' && value !== null ? Object.entries(value) : []
}

function textAt(document: unknown, name: string): string | undefined {
  const value = lookUp(document, [name])
  return typeof value === 'string' && value !== '' ? value.slice(0, 256) : undefined
}

function attributesOf(document: unknown): PropertyAttributes {
  const pairs = ['unit', 'datatype', 'format'].map((name) => [name, textAt(document, name)])
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined))
}
