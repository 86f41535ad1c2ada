import * as z from 'zod'
import type { Draft } from '../draft.ts'
import { isTelling } from '../field.ts'
import { isList, takeList, takeMembers, takeNamed } from '../members.ts'
import { unwrap } from '../wrapped.ts'
import type { Protocol } from './protocol.ts'

/**
 * Topics that no family knows. With `all` the topic is a sensor's by convention and every finite number is taken; otherwise the last
 * level of the topic, or a member of the object, must have a known name.
 */
export const generic: Protocol = {
  options: z.strictObject({ all: z.boolean() }),
  decode(draft, options) {
    if (!draft.read()) {
      draft.reject(draft.problem, 'message')
      return true
    }
    if ((options as { all: boolean } | undefined)?.all) takeAll(draft)
    else takeKnown(draft)
    if (draft.hasReadings) draft.seen()
    else if (!draft.outcome.hasRejected) draft.reject('nothing_measured', 'message')
    return true
  },
}

/** Last levels that say how a payload is packed, not where it comes from. */
const wrappers = new Set([
  'state',
  'data',
  'json',
  'sensor',
  'sensors',
  'values',
  'telemetry',
  'measurement',
  'measurements',
  'status',
])

function takeAll(draft: Draft): void {
  const { device, metric } = draft.captures
  draft.about(device!)
  const levels = metric?.split('/') ?? []
  const name = levels.at(-1)
  const { root } = draft
  if (typeof root !== 'object' || root === null) {
    if (root === '') draft.reject('empty', 'message')
    else takeNamed(draft, name ?? 'value', root, levels.slice(0, -1).join('.') || undefined, 'message')
  } else if (name !== undefined && hasValue(root))
    takeWrapped(draft, name, root, levels.slice(0, -1).join('.') || undefined)
  else if (name !== undefined && isList(root) && isTelling(name))
    takeList(draft, name, root, levels.slice(0, -1).join('.') || undefined)
  else takeMembers(draft, root, 'all', levels.join('.') || undefined)
}

function takeKnown(draft: Draft): void {
  const levels = topicOf(draft).split('/')
  const name = levels.at(-1)!
  const above = levels.slice(0, -1).join('/')
  const { root } = draft
  if (typeof root !== 'object' || root === null) {
    if (!isTelling(name)) return draft.reject('unknown_topic', 'message')
    if (root === '') return draft.reject('empty', 'message')
    draft.about(above || name)
    takeNamed(draft, name, root, undefined, 'message')
  } else if (isTelling(name) && hasValue(root)) {
    draft.about(above || name)
    takeWrapped(draft, name, root, undefined)
  } else {
    draft.about(wrappers.has(name) && above ? above : topicOf(draft))
    if (!takeMembers(draft, root, 'beside known')) draft.reject('unknown_topic', 'message')
  }
}

/** `{"value": 21.5, "unit": "°C"}` on a topic that names the metric. */
function takeWrapped(draft: Draft, name: string, root: { value: unknown }, channel: string | undefined): void {
  const { time, timestamp = time, ts = timestamp } = root as Record<string, unknown>
  draft.timed(ts, 'auto', 'time')
  takeNamed(draft, name, root.value, channel, 'value', unwrap(root)?.unit)
}

function hasValue(root: object): root is { value: unknown } {
  return Object.hasOwn(root, 'value')
}

function topicOf(draft: Draft): string {
  return draft.frame.transport === 'mqtt' ? draft.frame.topic : draft.frame.source
}
