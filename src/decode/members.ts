import { conversion } from '../units.ts'
import { targetOf } from './declared-target.ts'
import type { Draft } from './draft.ts'
import { type Field, fieldOf, isTelling, leafFor } from './field.ts'
import { nameLengthMax, snakeCase } from './names.ts'
import { hasUnits, namesWithin, unitBeside, unwrap } from './wrapped.ts'

/** How freely members of a document that no profile describes are taken. */
export type Freedom =
  /** Every finite number: the sender follows a convention, or a person said that this is a sensor. */
  | 'all'
  /** The same without housekeeping: a codec hands on whatever the device sends. */
  | 'measured'
  /** Known names, and numbers beside them that are no housekeeping. */
  | 'beside known'

/**
 * Takes what the names of a document's members tell, nested ones with their path as channel. Objects may carry a time of their own.
 * False, and nothing is taken, when the freedom is small and no name is known.
 */
export function takeMembers(draft: Draft, document: object, freedom: Freedom, channel?: string): boolean {
  if (freedom === 'beside known' && !hasKnown(draft, document, 0)) return false
  takeObject(draft, document, freedom, channel, 0)
  return true
}

/** Hands a single value to the draft under a name, in the unit that stands beside it. */
export function takeNamed(
  draft: Draft,
  name: string,
  raw: unknown,
  channel: string | undefined,
  where = draft.where(),
  unit?: string,
): void {
  const field = fieldOf(name)
  draft.channel = field.channel ?? channel
  const isWorded = field.known && field.leaf.type !== 'number'
  if (unit === undefined || isWorded) draft.take(leafFor(field, raw), raw, where)
  // A value that is only called `value` is told by its unit, and has no place.
  else draft.measureAs(targetOf(name === 'value' ? '' : name, unit), raw, where)
}

/** `"temperature": [21.5, 22]`: probes of one quantity, with their places in the list as channels. */
export function takeList(draft: Draft, name: string, list: readonly unknown[], channel: string | undefined): void {
  for (const [index, value] of list.entries()) {
    if (++draft.fields > draft.fieldsMax) return draft.outcome.rejectAll('too_many_fields', 'message')
    takeNamed(draft, name, value, channel === undefined ? String(index) : `${channel}.${index}`)
  }
}

/** Whether a document is a list of numbers, not of objects. */
export function isList(document: object): document is unknown[] {
  return Array.isArray(document) && document.some((one) => typeof one === 'number')
}

/** Members by which an object dates itself. */
const timeNames = ['time', 'ts', 'timestamp', 'datetime', 'last_seen', 'Time', 'measured_at', 'created_at']

/** What may be measured, but more often is not. */
const doubtful = new Set(['channel', 'counter', 'count', 'index', 'code'])

/** Objects around the values that say nothing about them. */
const wrapping = new Set([
  ...['data', 'payload', 'values', 'telemetry', 'measurements', 'fields'],
  ...['object', 'state', 'reported', 'attributes', 'd'],
])

/** Lists of bytes that somebody handed on beside what they mean. */
const opaque = new Set(['bytes', 'raw', 'payload', 'data', 'buffer', 'mac', 'ip'])

/** Nested deeper than this, numbers are not what a sensor measured. */
const depthMax = 6

function hasKnown(draft: Draft, document: object, depth: number): boolean {
  let seen = 0
  if (nameOf(document) !== undefined) return true
  for (const name in document) {
    if (++seen > draft.fieldsMax) return false
    if (isTelling(name)) return true
    const value = (document as Record<string, unknown>)[name]
    if (typeof value === 'object' && value !== null && depth < depthMax && hasKnown(draft, value, depth + 1))
      return true
  }
  return false
}

/** The quantity that an object names in words, where it is one value. */
function nameOf(object: object): string | undefined {
  if (Array.isArray(object) || !valueNames.some((name) => Object.hasOwn(object, name))) return undefined
  for (const name of namesWithin(object)) if (isTelling(name)) return name
  return undefined
}

/** What the value of such an object is called. */
const valueNames = ['value', 'measurementValue', 'v']

function takeObject(draft: Draft, holder: object, freedom: Freedom, channel: string | undefined, depth: number): void {
  const object = holder as Record<string, unknown>
  const dated = Array.isArray(holder) ? undefined : timeNames.find((name) => Object.hasOwn(object, name))
  const { time } = draft
  if (dated !== undefined) draft.timed(object[dated], 'auto', pathTo(draft, depth, dated))
  const record = nameOf(holder)
  const strangers = freedom !== 'beside known' || Object.keys(object).some(isTelling)
  const around: Around = { holder, freedom, channel, strangers, units: hasUnits(holder), taken: new Set() }
  draft.holders[depth] = holder
  for (const name in object) {
    if (++draft.fields > draft.fieldsMax) return draft.outcome.rejectAll('too_many_fields', 'message')
    if (name === dated) continue
    const value = object[name]
    draft.names[depth] = name
    draft.depth = depth
    if (typeof value === 'object' && value !== null) takeNested(draft, name, value, around, depth)
    else if (record !== undefined && valueNames.includes(name))
      takeNamed(draft, record, value, channel, undefined, unitBeside(holder, name))
    else takeMember(draft, name, value, around)
    if (draft.fields > draft.fieldsMax) return
  }
  draft.time = time
}

/** The object that a member stands in. */
interface Around {
  readonly holder: object
  readonly freedom: Freedom
  readonly channel: string | undefined
  /** Whether unknown names are taken. */
  readonly strangers: boolean
  readonly units: boolean
  readonly taken: Set<string>
}

function takeNested(draft: Draft, name: string, value: object, around: Around, depth: number): void {
  const { holder, freedom, channel } = around
  const wrapped = unwrap(value)
  if (wrapped && (around.strangers || isTelling(name)) && nameOf(value) === undefined && !Array.isArray(holder))
    takeNamed(draft, name, wrapped.value, channel, undefined, wrapped.unit)
  else if (isList(value)) takeNumbers(draft, name, value, around)
  else if (isTelling(name) && !Array.isArray(value)) takeParts(draft, name, value, around, depth)
  else if (depth < depthMax) takeObject(draft, value, freedom, innerChannel(channel, name, depth, holder), depth + 1)
}

/** `"temperature": {"indoor": 21, "min": 18}`: what the outer name measures, in parts; `current` is the whole. */
function takeParts(draft: Draft, name: string, parts: object, around: Around, depth: number): void {
  const { channel } = around
  const within: Around = { ...around, holder: parts, channel: innerChannel(channel, name, depth, around.holder) }
  const isElectric = electric.has(fieldOf(name).metric)
  draft.holders[depth + 1] = parts
  for (const [part, value] of Object.entries(parts)) {
    if (++draft.fields > draft.fieldsMax) return draft.outcome.rejectAll('too_many_fields', 'message')
    draft.names[depth + 1] = part
    draft.depth = depth + 1
    const both = `${name}_${part}`
    if (typeof value === 'object' && value !== null) {
      if (depth < depthMax) takeNested(draft, part, value, within, depth + 1)
    } else if (wholes.has(part) && !(part === 'current' && isElectric)) takeMember(draft, name, value, around)
    else if (isTelling(both)) takeMember(draft, both, value, around)
    else if (isTelling(part)) takeMember(draft, part, value, within)
    else if (typeof value === 'number' && !fieldOf(part).housekeeping)
      takeNamed(draft, name, value, (channel === undefined ? part : `${channel}.${part}`).slice(0, nameLengthMax))
  }
}

/** Parts that are the value itself. */
const wholes = new Set(['current', 'now', 'last', 'actual', 'value'])
/** Beside these a current is one of amperes. */
const electric = new Set([
  ...['apparent_power', 'battery', 'battery_voltage', 'current', 'energy', 'energy_returned', 'frequency', 'power'],
  ...['power_factor', 'reactive_power', 'voltage'],
])

/** A list of numbers is of what its name says; a list in a list has none. */
function takeNumbers(draft: Draft, name: string, list: readonly unknown[], around: Around): void {
  const { holder, channel } = around
  if (isTelling(name) || (isWanted(fieldOf(name), around) && !Array.isArray(holder) && !opaque.has(snakeCase(name))))
    takeList(draft, name, list, channel)
}

/** Whether a number of that name is taken, though nobody knows the name. */
function isWanted({ metric, housekeeping }: Field, { strangers, freedom }: Around): boolean {
  if (!strangers || metric === '') return false
  return freedom === 'all' || (!housekeeping && (freedom === 'measured' || !doubtful.has(metric)))
}

function takeMember(draft: Draft, name: string, value: unknown, around: Around): void {
  const { holder, channel, taken } = around
  const field = fieldOf(name)
  if (!field.known && (typeof value !== 'number' || Array.isArray(holder) || !isWanted(field, around))) return
  // tempc and tempf are one temperature: the first is taken.
  const key = `${field.metric} ${field.channel ?? ''}`
  if (field.known && taken.has(key)) return
  taken.add(key)
  const unit = around.units ? unitFor(field, name, around) : undefined
  if (unit !== undefined) return takeNamed(draft, name, value, channel, undefined, unit)
  draft.channel = field.channel ?? channel
  draft.take(leafFor(field, value), value)
}

/** A unit named for all members is meant for those that it fits; a name that has a unit in it knows better. */
function unitFor(field: Field, name: string, { holder }: Around): string | undefined {
  if (field.hasUnit) return undefined
  const unit = unitBeside(holder, name)
  if (unit === undefined || (name !== 'value' && !field.known)) return undefined
  return name === 'value' || (field.leaf.unit && conversion(unit, field.leaf.unit)) ? unit : undefined
}

/** Elements of the outermost array are messages of their own, not channels; wrappers are none either. */
function innerChannel(channel: string | undefined, name: string, depth: number, holder: object): string | undefined {
  if ((depth === 0 && Array.isArray(holder)) || wrapping.has(name)) return channel
  return (channel === undefined ? name : `${channel}.${name}`).slice(0, nameLengthMax)
}

function pathTo(draft: Draft, depth: number, name: string): string {
  return [...draft.names.slice(0, depth), name].join('.')
}
