import { findMetric } from '../../metrics.ts'
import { baseUnit, conversion } from '../../units.ts'
import { targetOf } from '../declared-target.ts'
import type { Draft } from '../draft.ts'
import { meaningOf } from '../names.ts'
import { lookUp } from '../path.ts'
import type { MetricTarget } from '../profile.ts'
import type { Protocol } from './protocol.ts'
import { placeOf } from './senml-name.ts'

/**
 * Sensor Measurement Lists in JSON (RFC 8428 §5), and streams of them, SensML, which need not be closed: an array of records, the base
 * fields of each holding for those after it. Leaves any other document to the next rule.
 */
export const senml: Protocol = {
  decode(draft) {
    const pack = packOf(draft)
    if (pack === null) return false
    const refused = pack.some((record) => !mayRead(record, draft))
    if (refused) return true
    if (pack.length > draft.fieldsMax) draft.reject('too_many_fields', 'message')
    else resolve(pack, draft)
    return true
  },
}

/** Version of the format that this reads, and which a pack has unless it says otherwise (RFC 8428 §4.1). */
const version = 10

/** Values below this are relative to now (RFC 8428 §4.5.3). */
const relativeBelow = 2 ** 28

type Json = Readonly<Record<string, unknown>>

function packOf(draft: Draft): readonly Json[] | null {
  const { root } = draft.read() ? draft : { root: closed(draft) }
  if (!Array.isArray(root) || root.length === 0) return null
  const [first] = root
  if (typeof lookUp(first, ['n']) !== 'string' && typeof lookUp(first, ['bn']) !== 'string') return null
  const isRecord = (record: unknown) => typeof record === 'object' && record !== null && !Array.isArray(record)
  return root.every(isRecord) && root.some(hasValue) ? (root as Json[]) : null
}

/** A piece of a stream, from its opening bracket to the last record that is complete. */
function closed(draft: Draft): unknown {
  const { frame } = draft
  const text = frame.transport === 'mqtt' && frame.topic.endsWith('sensml') ? draft.text()?.trim() : undefined
  if (!text?.startsWith('[')) return undefined
  try {
    return JSON.parse(`${text.replace(/,$/, '')}]`)
  } catch {
    return undefined
  }
}

/** A record has one of these at most (RFC 8428 §4.2); a sum may stand beside it or alone. */
const values = ['v', 'vs', 'vb', 'vd'] as const

function hasValue(record: Json): boolean {
  return Object.hasOwn(record, 's') || values.some((label) => Object.hasOwn(record, label))
}

/** False, with a rejection, for a pack that must not be read by who does not know all of it (RFC 8428 §4.1, §4.4). */
function mayRead(record: Json, draft: Draft): boolean {
  const label = Object.keys(record).find((key) => key.endsWith('_'))
  if (label !== undefined) draft.reject('unsupported_feature', label.slice(0, 64))
  else if (typeof record.bver === 'number' && record.bver > version) draft.reject('unsupported_feature', 'bver')
  else return true
  return false
}

interface Base {
  bn: string
  bt: number
  bu: string | undefined
  bv: number
  bs: number
}

function resolve(pack: readonly Json[], draft: Draft): void {
  const base: Base = { bn: '', bt: 0, bu: undefined, bv: 0, bs: 0 }
  for (const [index, record] of pack.entries()) {
    rebase(base, record)
    if (!hasValue(record)) continue
    if (values.filter((label) => Object.hasOwn(record, label)).length > 1) {
      draft.reject('bad_frame', String(index))
      continue
    }
    const { bn } = base
    const n = typeof record.n === 'string' ? record.n : ''
    if (!nameSyntax.test(bn + n)) {
      draft.reject('bad_frame', `${index}.n`)
      continue
    }
    const place = placeOf(bn, n, topicOf(draft))
    draft.about(place.device)
    draft.timedAt(timeOf(base, record, draft), `${index}.t`)
    draft.channel = place.channel
    take(record, base, place.name, index, draft)
    if (draft.hasReadings) draft.seen()
  }
}

/** Names are made of few characters and begin with a letter or digit (RFC 8428 §4.5.1). Empty ones are left to the topic. */
const nameSyntax = /^([A-Za-z0-9][A-Za-z0-9\-:./_]*)?$/

function rebase(base: Base, { bn, bt, bu, bv, bs }: Json): void {
  if (typeof bn === 'string') base.bn = bn
  if (typeof bt === 'number') base.bt = bt
  if (typeof bu === 'string') base.bu = bu
  if (typeof bv === 'number') base.bv = bv
  if (typeof bs === 'number') base.bs = bs
}

function timeOf({ bt }: Base, { t }: Json, draft: Draft): number {
  const seconds = bt + (typeof t === 'number' ? t : 0)
  const { receivedAt } = draft.frame
  return seconds < relativeBelow ? Math.round(receivedAt + seconds * 1000) : Math.round(seconds * 1000)
}

function take(record: Json, base: Base, name: string, index: number, draft: Draft): void {
  const unit = unitOf(typeof record.u === 'string' ? record.u : base.bu, name)
  const { channel } = draft
  if (Object.hasOwn(record, 'v'))
    draft.measureAs(inBase(inChannel(targetOf(name, unit), channel)), withBase(record.v, base), `${index}.v`)
  else if (Object.hasOwn(record, 'vb')) draft.measureAs(worded(name, 'flag'), record.vb, `${index}.vb`)
  else if (Object.hasOwn(record, 'vs')) draft.measureAs(worded(name, 'text'), record.vs, `${index}.vs`)
  else if (Object.hasOwn(record, 'vd')) draft.reject('no_decoder', `${index}.vd`)
  if (typeof record.s === 'number') takeSum(record.s + base.bs, name, unit, index, draft)
}

/** `/100` is the registry's per cent of anything (RFC 8798), which humidity and charge have units of their own for. */
function unitOf(unit: string | undefined, name: string): string | undefined {
  return unit === '/100' && meaningOf(name) ? '%' : unit
}

/** Of what has no metric, secondary units (RFC 8798) become the primary one, so that a name keeps one unit; per cent stay what they are. */
function inBase(target: MetricTarget): MetricTarget {
  const { metric, unit } = target
  if (!unit || findMetric(metric)?.unit) return target
  // The registry's `g` is the gram.
  const base = unit === 'g' ? 'kg' : baseUnit(unit)
  const steps = base && base !== '/' && conversion(unit, base)
  return steps ? { ...target, unit: base, scale: steps.factor, offset: steps.offset } : target
}

/** A base value is added to numbers (RFC 8428 §4.1); anything else is judged as it is. */
function withBase(value: unknown, { bv }: Base): unknown {
  return typeof value === 'number' ? value + bv : value
}

function worded(name: string, type: 'flag' | 'text'): MetricTarget {
  const { metric, channel } = targetOf(name, undefined)
  return { metric, type, ...(channel !== undefined && { channel }) }
}

/** The integral of the values over time, in their unit times a second (RFC 8428 §4.2). */
function takeSum(sum: number, name: string, unit: string | undefined, index: number, draft: Draft): void {
  const target = integrals[unit ?? ''] ?? { metric: `${targetOf(name, undefined).metric}_sum`, unit: null }
  draft.measureAs(target, sum, `${index}.s`)
}

const integrals: Readonly<Record<string, MetricTarget>> = {
  W: { metric: 'energy', unit: 'J' },
  A: { metric: 'charge', unit: 'C' },
  'm3/s': { metric: 'volume', unit: 'm3' },
}

/** The place that the name gives comes before the one that the unit would leave. */
function inChannel(target: MetricTarget, channel: string | undefined): MetricTarget {
  if (channel === undefined || target.channel === undefined) return target
  return { ...target, channel: `${channel}.${target.channel}` }
}

function topicOf({ frame }: Draft): string {
  return frame.transport === 'mqtt' ? frame.topic : frame.source
}
