import * as z from 'zod'
import { findMetric } from '../../metrics.ts'
import { conversion, findUnit } from '../../units.ts'
import { massOf } from '../declared-target.ts'
import type { Draft } from '../draft.ts'
import { meaningOf, snakeCase } from '../names.ts'
import type { Target } from '../profile.ts'
import { declaredKey } from '../state.ts'
import type { Protocol } from './protocol.ts'

/**
 * Zigbee2MQTT's inventory, `<base>/bridge/devices`: what each device exposes, and in which unit, since its messages carry none.
 * https://www.zigbee2mqtt.io/guide/usage/exposes.html
 */
export const zigbee2mqtt: Protocol = {
  decode(draft) {
    const parsed = draft.read() ? inventory.safeParse(draft.root) : undefined
    if (!parsed?.success) {
      draft.reject(draft.problem, 'message')
      return true
    }
    const listKey = `zigbee2mqtt/${draft.captures.instance ?? ''}`
    const before = (draft.state.get(listKey) ?? []) as string[]
    const present: string[] = []
    for (const { friendly_name, type, definition } of parsed.data) {
      if (type === 'Coordinator') continue
      declare(draft, friendly_name, definition?.exposes ?? [])
      present.push(friendly_name)
    }
    for (const gone of before) if (!present.includes(gone)) forget(draft, gone)
    draft.put(listKey, present)
    return true
  },
}

/** One thing a device exposes; lights, climates and composites hold theirs as features. */
interface Expose {
  readonly type?: string | undefined
  readonly property?: string | undefined
  readonly unit?: string | undefined
  readonly access?: number | undefined
  readonly category?: string | undefined
  readonly features?: readonly Expose[] | undefined
}

const expose: z.ZodType<Expose> = z.object({
  type: z.string().optional(),
  property: z.string().optional(),
  unit: z.string().optional(),
  access: z.number().optional(),
  category: z.string().optional(),
  get features() {
    return z.array(expose).optional()
  },
})

const inventory = z.array(
  z.object({
    friendly_name: z.string().min(1),
    type: z.string().optional(),
    definition: z.object({ exposes: z.array(expose).optional() }).nullish(),
  }),
)

function declare(draft: Draft, friendlyName: string, exposes: readonly Expose[]): void {
  about(draft, friendlyName)
  draft.seen(friendlyName)
  const members: Record<string, Target | null> = {}
  addMembers(exposes, members)
  draft.put(declaredKey(draft.device), members)
}

function forget(draft: Draft, friendlyName: string): void {
  about(draft, friendlyName)
  draft.remove(declaredKey(draft.device))
  draft.event({ type: 'removed', device: draft.device })
}

function about(draft: Draft, friendlyName: string): void {
  const { instance } = draft.captures
  draft.about(instance === undefined ? friendlyName : `${instance}/${friendlyName}`)
}

function addMembers(exposes: readonly Expose[], members: Record<string, Target | null>): void {
  for (const exposed of exposes) {
    if (exposed.features && exposed.type !== 'composite') addMembers(exposed.features, members)
    else if (exposed.property) members[exposed.property] = targetOf(exposed.property, exposed)
  }
}

/** Access bits: the value is in the messages, and it can be set from outside. */
const published = 1
const settable = 2

/** What a property is; null for settings and structures, which are not measured. */
function targetOf(property: string, { type, unit, access = published, category }: Expose): Target | null {
  const meaning = meaningOf(property)
  if ((access & published) === 0 || type === 'composite' || type === 'list') return null
  // What can be set is a setting, unless its name says that it is measured too, such as a position.
  if ((category === 'config' || (access & settable) !== 0) && !meaning) return null
  // The gang of a switch or the phase of a meter; by its name alone `current_a` would be amperes.
  const channel = property === 'current_a' ? 'a' : meaning?.channel
  const part = channel === undefined ? {} : { channel }
  if (type !== 'numeric') {
    const worded = meaning && findMetric(meaning.metric)?.type !== 'number'
    return worded ? { metric: meaning.metric, ...part } : { metric: snakeCase(property), type: 'state' }
  }
  // Batteries tell their voltage in mV, plugs that of the mains in V, both as `voltage`.
  const metric = property === 'voltage' && unit === 'mV' ? 'battery_voltage' : (meaning?.metric ?? snakeCase(property))
  return { ...measured(metric, unit), ...part }
}

/** Metric and unit of a numeric property, as far as the metric can be in it. */
function measured(metric: string, unit: string | undefined): Target {
  const canonical = findMetric(metric)?.unit
  if (unit === undefined) return canonical === undefined ? { metric, unit: null } : { metric }
  if (canonical ? conversion(unit, canonical) : findUnit(unit)) return { metric, unit }
  const mass = massOf(metric, unit)
  return mass ? { metric: mass, unit } : { metric, unit: null }
}
