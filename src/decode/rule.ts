import { findMetric } from '../metrics.ts'
import type { TimeFormat } from './clock.ts'
import { macAddress } from './device-id.ts'
import { compileTest, type Test } from './leaf.ts'
import { parsePlainPath } from './path.ts'
import type { Message, Profile, ProfileIssue, ReadingRule } from './profile.ts'
import { issuesOf } from './profile-issues.ts'
import { protocols } from './protocols/index.ts'
import type { Protocol } from './protocols/protocol.ts'
import { compileRef, compileTemplate, type Ref, type Template } from './template.ts'
import { compilePattern, splitColumns, splitPairs } from './text.ts'
import { type CaptureKinds, compileTopic, type TopicPattern } from './topic.ts'
import { buildTree, type Node, type Others } from './tree.ts'

/** One message rule of a profile, compiled. */
export interface Rule {
  readonly profile: Profile
  readonly message: Message
  readonly topics: readonly TopicPattern[]
  readonly tests: readonly Test[]
  /** It takes only some of the messages that its topics carry. */
  readonly conditional: boolean
  readonly protocol: Protocol | null
  readonly device: Template | null
  readonly name: Template | null
  readonly channel: Template | null
  readonly under: Template | null
  readonly at: readonly string[]
  readonly tree: Node
  readonly each: readonly string[] | null
  /** The device's own number of the message. */
  readonly sequence: Template | null
  readonly time: { readonly ref: Ref; readonly format: TimeFormat; readonly where: string } | null
  readonly blank: readonly { readonly names: readonly string[]; readonly value: number }[]
  readonly availability: Availability | null
  /** Turns text into a document, for formats that are neither JSON nor a single value. */
  readonly split: ((text: string) => Record<string, string> | null) | null
}

export interface Availability {
  readonly names: readonly string[]
  readonly online: ReadonlySet<string>
  readonly offline: ReadonlySet<string>
  readonly bridge: boolean
}

/** Compiles the rules of a profile; what is wrong with them is told to `issues`, and the rules are then not to be used. */
export function compileRules(profile: Profile, issues: ProfileIssue[]): Rule[] {
  return profile.messages.map((message, index) => compileRule(profile, message, ['messages', index], issues))
}

function compileRule(profile: Profile, message: Message, path: ProfileIssue['path'], issues: ProfileIssue[]): Rule {
  const compile = <T>(key: string, make: () => T, instead: T): T => {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      issues.push({ path: [...path, ...key.split(' ')], message: error.message })
      return instead
    }
  }
  const topics = compile('topic', () => [message.topic ?? []].flat().map((topic) => compileTopic(topic, kinds)), [])
  const captures = new Set(['port', ...topics.flatMap((topic) => topic.names)])
  const template = (key: 'device' | 'name' | 'channel' | 'under' | 'sequence', text = message[key]): Template | null =>
    text === undefined ? null : compile(key, () => withKnown(compileTemplate(text), captures), null)
  const fail = (at: string, text: string) => issues.push({ path: [...path, 'readings', at], message: text })
  checkShape(message, path, issues)
  const protocol = message.protocol ? protocols[message.protocol] : null
  checkOptions(protocol, message, path, issues)
  return {
    profile,
    message,
    topics,
    tests: compile('when', () => [message.when ?? []].flat().map(compileTest), []),
    conditional: message.when !== undefined || message.form !== undefined,
    protocol,
    device: template('device', message.device ?? (captures.has('device') ? '{device}' : undefined)),
    name: template('name'),
    channel: template('channel'),
    under: template('under'),
    at: compile('at', () => parsePlainPath(message.at ?? '$'), []),
    tree: buildTree(allReadings(message), othersOf(message), fail),
    each: message.each === undefined ? null : compile('each', () => parsePlainPath(message.each!), null),
    sequence: template('sequence'),
    time: message.time ? compile('time at', () => compileTime(message.time!), null) : null,
    blank: compile('blank', () => compileBlank(message.blank ?? {}), []),
    availability: message.availability ? compile('availability at', () => compileAvailability(message), null) : null,
    split: compile('pattern', () => compileSplit(message), null),
  }
}

const kinds: CaptureKinds = {
  number: (text) => /^\d+$/.test(text),
  mac: (text) => macAddress(text) !== undefined,
  component: (text) => /^[a-z][a-z0-9_]*:\d+$/.test(text),
  metric: (text) => findMetric(text) !== undefined,
}

function withKnown(template: Template, captures: ReadonlySet<string>): Template {
  for (const name of template.captures)
    if (!captures.has(name))
      throw new SyntaxError(`{${name}} is not in the topic; write {$.${name}} for a field of the payload`)
  return template
}

/** A rule does one thing. */
function checkShape(message: Message, path: ProfileIssue['path'], issues: ProfileIssue[]): void {
  const { ignore, availability, protocol, readings, bytes, columns, others } = message
  const deeds = [ignore, availability, protocol].filter((deed) => deed !== undefined).length
  const reads = readings ?? bytes ?? columns ?? others
  if (deeds > 1 || (deeds === 1 && reads !== undefined && protocol === undefined))
    issues.push({
      path,
      message: 'a message is ignored, or tells availability, or is of a protocol, or has readings: choose one',
    })
  if (deeds === 0 && reads === undefined)
    issues.push({
      path,
      message: 'say what the message holds: readings, bytes, columns, others, availability, protocol or ignore',
    })
}

function checkOptions(
  protocol: Protocol | null,
  message: Message,
  path: ProfileIssue['path'],
  issues: ProfileIssue[],
): void {
  if (message.options === undefined) return
  if (!protocol?.options) {
    issues.push({ path: [...path, 'options'], message: 'only some protocols have options; this one has none' })
    return
  }
  const result = protocol.options.safeParse(message.options)
  issues.push(...issuesOf(protocol.options, result.error?.issues ?? [], [...path, 'options']))
}

/** Fields of bytes are readings of the document that the bytes become. */
function allReadings(message: Message): Record<string, ReadingRule> {
  const readings: Record<string, ReadingRule> = { ...message.readings }
  for (const [name, { at, type, bits, internal, ...target }] of Object.entries(message.bytes?.fields ?? {}))
    if (!internal) readings[`['${name}']`] = { metric: name, ...target }
  return readings
}

/** Columns that are named after what they hold need no rules. */
function othersOf({ others, readings, columns }: Message): Others {
  return others ?? (readings === undefined && columns !== undefined ? 'known' : 'ignore')
}

function compileTime({ at, format }: NonNullable<Message['time']>): Rule['time'] {
  const refs = at.split('|').map((path) => compileRef(/^[$@^*#]/.test(path) ? path : `$.${path}`))
  const where = at.split('|')[0]!.replace(/^\$\.?/, '')
  if (refs.length === 1) return { ref: refs[0]!, format, where }
  const get: Ref['get'] = (scope, wildcards) => {
    for (const ref of refs) {
      const found = ref.get(scope, wildcards)
      if (found !== undefined) return found
    }
    return undefined
  }
  return { ref: { early: false, capture: '', get }, format, where }
}

function compileBlank(blank: Readonly<Record<string, number>>): Rule['blank'] {
  return Object.entries(blank).map(([path, value]) => ({ names: parsePlainPath(path), value }))
}

/** Words of the firmware we know, in lower case. */
const onlineWords = ['online', 'connected', 'true', 'alive', 'ready', '1', 'up']
const offlineWords = ['offline', 'disconnected', 'connection lost', 'lost', 'false', 'dead', '0', 'down']

function compileAvailability({ availability }: Message): Availability {
  const { at = '$', online = onlineWords, offline = offlineWords, scope } = availability!
  return {
    names: parsePlainPath(at),
    online: new Set(online.map((word) => word.toLowerCase())),
    offline: new Set(offline.map((word) => word.toLowerCase())),
    bridge: scope === 'bridge',
  }
}

function compileSplit({ pairs, columns, delimiter = ',', pattern }: Message): Rule['split'] {
  if (pairs) return (text) => splitPairs(text, pairs.separator, pairs.equals)
  if (columns) return (text) => splitColumns(text, delimiter, columns)
  if (pattern !== undefined) return compilePattern(pattern).match
  return null
}
