import type { DeviceId } from '../../reading.ts'
import type { Draft } from '../draft.ts'
import { bytesField, varintField } from '../protobuf.ts'
import { type Born, describe } from './sparkplug-metric.ts'
import type { SparkplugMetric } from './sparkplug-payload.ts'

/** An edge node, as its topic names it. */
export interface Node {
  readonly group: string
  readonly edge: string
}

/** What the state holds of a node, by `sparkplug/<group>/<edge>`. */
export interface NodeRecord {
  /** Number of the session, which the death certificate that belongs to it carries too (Sparkplug 3.0 §6.4.20). */
  readonly session?: number
  readonly devices: readonly string[]
}

export function nodeKey({ group, edge }: Node): string {
  return `sparkplug/${group}/${edge}`
}

export function nodeOf(draft: Draft, node: Node): NodeRecord | undefined {
  return draft.state.get(nodeKey(node)) as NodeRecord | undefined
}

/** Key of the metrics that a node or device was born with. */
export function metricsKey(node: Node, device: string | undefined): string {
  return device === undefined ? `${nodeKey(node)} metrics` : `${nodeKey(node)}/${device} metrics`
}

export function idOf(draft: Draft, { group, edge }: Node, device: string | undefined): DeviceId {
  const native = device === undefined ? `${group}/${edge}` : `${group}/${edge}/${device}`
  return draft.memory.deviceId(draft.profile.family ?? draft.profile.id, native)
}

/** Metrics of a birth certificate by what data messages call them. */
export interface Births {
  readonly byAlias: ReadonlyMap<number, Born>
  readonly byName: ReadonlyMap<string, Born>
}

/** Looked up for every message, so worked out once for what the state holds. */
const births = new WeakMap<object, Births>()

export function birthsOf(draft: Draft, node: Node, device: string | undefined): Births | undefined {
  const stored = draft.state.get(metricsKey(node, device)) as readonly Born[] | undefined
  if (stored === undefined) return undefined
  let known = births.get(stored)
  if (!known) {
    known = {
      byAlias: new Map(stored.flatMap((born) => (born.alias === undefined ? [] : [[born.alias, born]]))),
      byName: new Map(stored.map((born) => [born.name, born])),
    }
    births.set(stored, known)
  }
  return known
}

/** What each metric measures, worked out once: in the state it is an object that stays the same. */
const targets = new WeakMap<Born, ReturnType<typeof describe>>()

export function targetOf(born: Born): ReturnType<typeof describe> {
  let target = targets.get(born)
  if (!target) {
    target = describe(born)
    targets.set(born, target)
  }
  return target
}

/** The metric as the state keeps it; null for one without a name. */
export function toBorn({ name, alias, type, unit }: SparkplugMetric): Born | null {
  if (name === undefined || name === '') return null
  return { name, type: type ?? 0, ...(alias !== undefined && { alias }), ...(unit !== undefined && { unit }) }
}

/** A rebirth may be large, so a node is not asked again sooner. */
const askAgainMs = 30_000

/**
 * Asks the node for its birth certificates, by the command `Node Control/Rebirth` (Sparkplug 3.0 §6.4.22), when a message cannot be
 * understood without them.
 */
export function askForRebirth(draft: Draft, node: Node): void {
  const { receivedAt } = draft.frame
  const key = `${nodeKey(node)} asked`
  const asked = draft.memory.notes.get(key)
  if (asked !== undefined && receivedAt - asked < askAgainMs && receivedAt >= asked) return
  draft.memory.notes.set(key, receivedAt)
  const metric = [
    ...bytesField(1, Buffer.from('Node Control/Rebirth')),
    ...varintField(3, receivedAt),
    ...varintField(4, 11),
    ...varintField(14, 1),
  ]
  const payload = Uint8Array.from([...varintField(1, receivedAt), ...bytesField(2, metric)])
  draft.event({ type: 'publish', topic: `spBv1.0/${node.group}/NCMD/${node.edge}`, payload })
}
