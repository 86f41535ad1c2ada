import type { DeviceId } from '../reading.ts'
import { noteBridge } from './bridges.ts'
import { macAddress, portName } from './device-id.ts'
import { fieldsOf, readDocument } from './document.ts'
import type { Draft } from './draft.ts'
import { lookUp } from './path.ts'
import { asBuffer } from './payload.ts'
import type { Rule } from './rule.ts'
import type { Node } from './tree.ts'
import { visit, walk } from './walk.ts'

/** A rule that fits a topic or port, with everything that follows from those worked out. */
export interface Bound {
  readonly rule: Rule
  readonly captures: Readonly<Record<string, string>>
  /** Known from the topic alone; empty when the payload says it. */
  readonly device: DeviceId | ''
  readonly channel: string | undefined
  /** Names of the fields that the payload is under. */
  readonly under: readonly string[]
  /** Where the payload stands in the tree; null when there is no rule for it. */
  readonly node: Node | null
}

/** Applies the rule to the frame of the draft. False when the frame is another rule's. */
export function apply(bound: Bound, draft: Draft): boolean {
  const { rule } = bound
  draft.enter(rule.profile, bound.captures)
  draft.device = bound.device
  draft.channel = bound.channel
  if (rule.protocol !== null) return applyProtocol(bound, draft)
  if (rule.message.ignore !== undefined && !rule.conditional) {
    // What its family would have read had it been whole is not passed over.
    draft.reject(draft.unread === rule.profile ? draft.problem : rule.message.ignore, 'message')
    return true
  }
  if (draft.frame.payload.length === 0) return applyEmpty(bound, draft)
  const reason = readDocument(rule, draft)
  if (reason === 'another') return false
  if (reason !== null) {
    // What cannot be read cannot be tested either: a rule that asks for something leaves it to the next.
    if (rule.conditional) {
      if (draft.frame.transport === 'mqtt') draft.unread = rule.profile
      return false
    }
    draft.reject(reason, rule.message.bytes?.from ?? 'message')
    return true
  }
  if (!holds(rule, draft)) return false
  if (rule.message.ignore !== undefined) draft.reject(rule.message.ignore, 'message')
  else if (rule.availability !== null) applyAvailability(bound, draft)
  else applyReadings(bound, draft)
  return true
}

function applyProtocol(bound: Bound, draft: Draft): boolean {
  const { rule } = bound
  if (rule.conditional && (!draft.read() || !holds(rule, draft))) return false
  return rule.protocol!.decode(draft, rule.message.options, () => applyReadings(bound, draft)) !== false
}

function holds(rule: Rule, draft: Draft): boolean {
  const { form } = rule.message
  if (form !== undefined && form !== formOf(draft.root)) return false
  for (let i = 0; i < rule.tests.length; i++) if (!rule.tests[i]!(draft, none, draft.root)) return false
  return true
}

function formOf(document: unknown): 'value' | 'object' | 'array' {
  if (typeof document !== 'object' || document === null) return 'value'
  return Array.isArray(document) ? 'array' : 'object'
}

const none: readonly number[] = []

function applyEmpty({ rule }: Bound, draft: Draft): boolean {
  const { empty } = rule.message
  if (empty === undefined) draft.reject('empty', 'message')
  else if (identify(rule, draft)) {
    const { device } = draft
    draft.event(
      empty === 'removed'
        ? { type: 'removed', device }
        : { type: 'availability', device, online: false, scope: 'device' },
    )
  }
  return true
}

/** Says which device the message is about; false, with a rejection, when it does not say so. */
function identify(rule: Rule, draft: Draft): boolean {
  if (draft.device !== '') return true
  const { frame } = draft
  let native = rule.device?.fill(draft, none)
  if (frame.transport === 'serial') {
    if (frame.device !== undefined && !rule.profile.serial?.many) native = frame.device
    else native ??= portName(frame.source)
  }
  if (native !== undefined && rule.message.mac) native = macAddress(native)
  if (native === undefined) {
    draft.reject('no_device', 'message')
    return false
  }
  draft.about(native)
  return true
}

function applyAvailability({ rule }: Bound, draft: Draft): void {
  const { names, online, offline, bridge } = rule.availability!
  // Older firmware sends the bare word where newer ones send an object.
  const found = typeof draft.root === 'string' ? draft.root : lookUp(draft.root, names)
  const word = typeof found === 'object' ? '' : String(found).trim().toLowerCase()
  if (!online.has(word) && !offline.has(word)) draft.reject('type_mismatch', 'message')
  else if (bridge) applyBridge(rule, online.has(word), draft)
  else if (identify(rule, draft))
    draft.event({ type: 'availability', device: draft.device, online: online.has(word), scope: 'device' })
}

function applyBridge({ profile }: Rule, online: boolean, draft: Draft): void {
  const family = profile.family ?? profile.id
  const topic = draft.frame.transport === 'mqtt' ? draft.frame.topic : draft.frame.source
  const heard = noteBridge(draft, family, topic, online)
  draft.event({ type: 'availability', device: `${family}:`, online: heard, scope: 'bridge' })
}

function applyReadings(bound: Bound, draft: Draft): void {
  const { rule } = bound
  if (rule.each !== null) return applyEach(rule, rule.each, draft)
  if (!identify(rule, draft)) return
  if (rule.time !== null) draft.timed(rule.time.ref.get(draft, none), rule.time.format, rule.time.where)
  if (draft.mark === 'none' && rule.sequence?.fill(draft, none) !== undefined) draft.mark = 'number'
  if (rule.channel !== null && bound.channel === undefined) draft.channels = rule.channel
  if (rule.blank.length > 0 && rule.blank.every(({ names, value }) => lookUp(draft.root, names) === value)) {
    draft.reject('sentinel', 'message')
    return
  }
  readMembers(bound, draft)
  if (rule.message.bytes?.from !== undefined) readInnerBytes(rule, draft)
  if (draft.fields > draft.fieldsMax) draft.outcome.rejectAll('too_many_fields', 'message')
  else if (draft.hasReadings) draft.seen(rule.name?.fill(draft, none))
  else if (!draft.outcome.hasRejected) draft.reject('nothing_measured', 'message')
}

/** One message about several devices: each member of an object is one. */
function applyEach(rule: Rule, path: readonly string[], draft: Draft): void {
  const members = lookUp(draft.root, path)
  if (typeof members !== 'object' || members === null) return draft.reject('type_mismatch', path.join('.'))
  if (rule.time !== null) draft.timed(rule.time.ref.get(draft, none), rule.time.format, rule.time.where)
  draft.channels = rule.channel
  for (const [name, member] of Object.entries(members)) {
    if (typeof member !== 'object' || member === null || ++draft.fields > draft.fieldsMax) continue
    draft.each = name
    draft.device = ''
    draft.at = [...path, name].join('.')
    draft.holders[0] = member
    draft.depth = 0
    if (!identify(rule, draft)) continue
    const before = draft.outcome.taken
    walk(rule.tree, member, 0, draft)
    draft.depth = 0
    if (draft.outcome.taken > before) draft.seen(rule.name?.fill(draft, none))
  }
  if (draft.fields > draft.fieldsMax) draft.outcome.rejectAll('too_many_fields', 'message')
  else if (!draft.hasReadings && !draft.outcome.hasRejected) draft.reject('nothing_measured', 'message')
}

function readMembers({ rule, under, node }: Bound, draft: Draft): void {
  const { root } = draft
  let value = root
  if (rule.at.length > 0 && typeof root === 'object') {
    value = lookUp(root, rule.at)
    draft.at = rule.message.at!
    if (value === undefined) return
  }
  draft.above = under.length
  for (let i = 0; i < under.length; i++) draft.names[i] = under[i]!
  if (node === null) draft.reject('ignored_topic', 'message')
  // An empty list where a value belongs, as Venus OS tells that it has none.
  else if (node.leaf !== null && Array.isArray(value) && value.length === 0) visit(node, null, under.length - 1, draft)
  else if (typeof value === 'object' && value !== null && node.hasMembers) walk(node, value, under.length, draft)
  else if (node.leaf !== null) visit(node, value, under.length - 1, draft)
  // A single value where only longer topics have rules.
  else if (under.length > 0 && rule.at.length > 0 && typeof root === 'object') draft.reject('ignored_topic', 'message')
  else draft.reject(typeof root === 'string' ? 'json_syntax' : 'type_mismatch', 'message')
}

/** The fields of bytes inside of a document are read after its members. */
function readInnerBytes(rule: Rule, draft: Draft): void {
  const { from, length, fields } = rule.message.bytes!
  const bytes = asBuffer(draft.bytes!)
  if (length !== undefined && bytes.length < length) return draft.reject('truncated', from!)
  const document = fieldsOf(rule, bytes)
  draft.above = 0
  draft.at = from!
  draft.holders[0] = document
  for (const name of Object.keys(fields)) {
    if (document[name] === undefined) continue
    draft.names[0] = name
    visit(rule.tree.child(name)!, document[name], 0, draft)
  }
}
