import type { Draft } from '../draft.ts'
import type { Protocol } from './protocol.ts'
import { type Born, decodeValue, describe, typeOf } from './sparkplug-metric.ts'
import {
  askForRebirth,
  type Births,
  birthsOf,
  idOf,
  metricsKey,
  type Node,
  nodeKey,
  nodeOf,
  targetOf,
  toBorn,
} from './sparkplug-node.ts'
import { readPayload, type SparkplugMetric, type SparkplugPayload } from './sparkplug-payload.ts'

/**
 * Sparkplug B (Eclipse Sparkplug 3.0): birth certificates say what the aliases of data messages mean, so they are kept; data that came
 * without them is refused, and the node asked to be born again.
 */
export const sparkplug: Protocol = {
  decode(draft) {
    const { group, edge, message, device } = draft.captures
    const node: Node = { group: group!, edge: edge! }
    const payload = readPayload(draft.frame.payload)
    if (payload === null) draft.reject('bad_frame', 'message')
    else if (payload.compressed) draft.reject('unsupported_feature', 'body')
    else take(draft, payload, node, message!, device)
    return true
  },
}

function take(draft: Draft, payload: SparkplugPayload, node: Node, message: string, device: string | undefined): void {
  draft.device = idOf(draft, node, device)
  if (message === 'NDEATH') return endNode(draft, payload, node)
  follow(draft, payload, node, message)
  if (message === 'DDEATH') return tell(draft, node, device, false)
  if (message === 'NBIRTH') bearNode(draft, payload, node)
  else if (message === 'DBIRTH') bearDevice(draft, payload, node, device!)
  const births = birthsOf(draft, node, device)
  if (births === undefined) askForRebirth(draft, node)
  measureAll(draft, payload.metrics, payload.time, births, node, '')
  if (draft.hasReadings) draft.seen(device ?? node.edge)
}

/** Sequence numbers run over all messages of a node from 0 to 255 (Sparkplug 3.0 §6.4.6): what is missing may have been a birth. */
function follow(draft: Draft, { seq }: SparkplugPayload, node: Node, message: string): void {
  if (seq === undefined) return
  const key = `${nodeKey(node)} seq`
  const last = draft.memory.notes.get(key)
  draft.memory.notes.set(key, seq)
  if (message === 'NBIRTH' || last === undefined || seq === last) return
  if (seq !== (last + 1) % 256) askForRebirth(draft, node)
}

function bearNode(draft: Draft, payload: SparkplugPayload, node: Node): void {
  const session = sessionOf(payload)
  // All that was known of its devices is void until they are born again (Sparkplug 3.0 §6.4.19).
  for (const device of nodeOf(draft, node)?.devices ?? []) draft.remove(metricsKey(node, device))
  draft.put(nodeKey(node), { ...(session !== undefined && { session }), devices: nodeOf(draft, node)?.devices ?? [] })
  keep(draft, payload, node, undefined)
  tell(draft, node, undefined, true)
}

function bearDevice(draft: Draft, payload: SparkplugPayload, node: Node, device: string): void {
  const known = nodeOf(draft, node) ?? { devices: [] }
  if (!known.devices.includes(device) && known.devices.length < devicesMax)
    draft.put(nodeKey(node), { ...known, devices: [...known.devices, device] })
  keep(draft, payload, node, device)
  tell(draft, node, device, true)
}

/** Devices remembered of one node. */
const devicesMax = 2000

function keep(draft: Draft, { metrics }: SparkplugPayload, node: Node, device: string | undefined): void {
  const born = metrics.flatMap((metric) => (isControl(metric.name) ? [] : (toBorn(metric) ?? [])))
  draft.put(metricsKey(node, device), born)
}

function endNode(draft: Draft, payload: SparkplugPayload, node: Node): void {
  const known = nodeOf(draft, node)
  const session = sessionOf(payload)
  // The will of a session that another one has already replaced (Sparkplug 3.0 §6.4.20).
  if (session !== undefined && known?.session !== undefined && session !== known.session) return
  tell(draft, node, undefined, false)
  for (const device of known?.devices ?? []) tell(draft, node, device, false)
}

function tell(draft: Draft, node: Node, device: string | undefined, online: boolean): void {
  draft.event({ type: 'availability', device: idOf(draft, node, device), online, scope: 'device' })
}

function sessionOf({ metrics }: SparkplugPayload): number | undefined {
  const value = metrics.find(({ name }) => name === 'bdSeq')?.value
  return value?.kind === 'int' ? value.unsigned : undefined
}

/** Metrics by which a node is steered and describes itself. */
function isControl(name: string | undefined): boolean {
  return name === 'bdSeq' || /^(Node Control|Device Control|Node Info|Properties)\//.test(name ?? '')
}

function measureAll(
  draft: Draft,
  metrics: readonly SparkplugMetric[],
  time: number | undefined,
  births: Births | undefined,
  node: Node,
  prefix: string,
): void {
  for (const metric of metrics) {
    if (++draft.fields > draft.fieldsMax) return draft.outcome.rejectAll('too_many_fields', 'message')
    const known = metric.alias === undefined ? undefined : births?.byAlias.get(metric.alias)
    const own = metric.name === undefined ? undefined : prefix + metric.name
    const born = metric.name === undefined ? known : (births?.byName.get(own!) ?? known)
    const name = own ?? born?.name
    if (name === undefined) {
      draft.reject('unknown_alias', String(metric.alias ?? 'metric'))
      askForRebirth(draft, node)
    } else if (isControl(name)) continue
    else if (metric.parts) measureAll(draft, metric.parts, metric.time ?? time, births, node, `${name}/`)
    else {
      if (metric.time !== undefined || time !== undefined) draft.timedAt(metric.time ?? time!, name)
      measure(draft, metric, name, born)
    }
  }
}

function measure(draft: Draft, metric: SparkplugMetric, name: string, born: Born | undefined): void {
  const type = metric.type || born?.type || typeOf(metric.value)
  const { value } = metric
  if (metric.isNull) draft.reject('null_value', name)
  // OPC: below 64 is bad; Ignition's 500 and above are stale or worse.
  else if (metric.quality !== undefined && (metric.quality < 64 || metric.quality >= 500))
    draft.reject('suppressed', name)
  else if (value === undefined) draft.reject('no_value', name)
  else if (value.kind === 'bytes') draft.reject('unsupported_feature', name)
  else if (type === undefined) draft.reject('type_mismatch', name)
  else if (born && isAsBorn(metric, name, type, born)) draft.measure(targetOf(born), decodeValue(value, type), name)
  else draft.measureAs(describe({ name, type, unit: metric.unit ?? born?.unit }), decodeValue(value, type), name)
}

function isAsBorn({ unit }: SparkplugMetric, name: string, type: number, born: Born): boolean {
  return born.name === name && born.type === type && (unit === undefined || unit === born.unit)
}
