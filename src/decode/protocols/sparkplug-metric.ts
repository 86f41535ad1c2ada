import { findMetric, type ValueType } from '../../metrics.ts'
import { targetOf } from '../declared-target.ts'
import { meaningOf, nameLengthMax } from '../names.ts'
import type { MetricTarget } from '../profile.ts'
import { dataType, type RawValue } from './sparkplug-payload.ts'

/** What a birth certificate says about a metric: kept in the state, so that its keys are short. */
export interface Born {
  readonly name: string
  readonly alias?: number
  readonly type: number
  readonly unit?: string
}

/**
 * What a metric measures. Its last level tells when it is a common name; the levels above are then the channel, except for those that only
 * sort. A name that tells nothing stays as it is.
 */
export function describe({
  name,
  type,
  unit,
}: {
  name: string
  type: number
  unit?: string | undefined
}): MetricTarget {
  const kind = kindOf(type)
  const levels = name.split('/')
  const { place, quantity } = splitWords(levels.pop()!)
  const folders = levels.filter((level) => !sorting.has(level.toLowerCase()))
  const meaning = meaningOf(quantity)
  const known = meaning && findMetric(meaning.metric)
  const whole: MetricTarget = { metric: name.slice(0, 128) || 'value', type: kind, unit: null }
  if (known && (known.type === 'number') !== (kind === 'number')) return whole
  if (kind !== 'number') return known ? placed({ metric: meaning.metric }, [...folders, place]) : whole
  const target = targetOf(quantity, unit, () => whole.metric)
  return target.metric === whole.metric && !known ? target : placed(target, [...folders, place, target.channel])
}

/** `Supply Voltage` is a voltage, of the supply. */
function splitWords(name: string): { place: string; quantity: string } {
  if (meaningOf(name)) return { place: '', quantity: name }
  const words = name.slice(0, nameLengthMax).split(/[\s_.-]+/)
  for (let from = 1; from < words.length; from++) {
    const quantity = words.slice(from).join(' ')
    const meaning = meaningOf(quantity)
    if (meaning && !meaning.weak) return { place: words.slice(0, from).join(' '), quantity }
  }
  return { place: '', quantity: name }
}

/** Levels that sort a device's metrics and say nothing about where they were measured. */
const sorting = new Set([
  ...['inputs', 'outputs', 'input', 'output', 'io', 'sensors'],
  ...['sensor', 'measurements', 'measurement', 'data', 'values'],
  ...['telemetry', 'metrics', 'analog', 'digital', 'tags', 'process', 'status'],
])

function placed({ channel: _, ...target }: MetricTarget, path: readonly (string | undefined)[]): MetricTarget {
  const channel = path.filter(Boolean).join('/').replace(/[{}]/g, '_').slice(0, 64)
  return channel === '' ? target : { ...target, channel }
}

function kindOf(type: number): ValueType {
  if (type === dataType.boolean) return 'flag'
  return type === dataType.string || type >= dataType.dateTime ? 'text' : 'number'
}

/** Integers travel as unsigned ones of 32 or 64 bits, signed ones in two's complement (Sparkplug 3.0 §6.4.16). */
export function decodeValue(raw: RawValue, type: number): unknown {
  if (raw.kind === 'bytes') return undefined
  if (raw.kind !== 'int') return raw.value
  switch (type) {
    case dataType.int8:
      return (raw.low << 24) >> 24
    case dataType.int16:
      return (raw.low << 16) >> 16
    case dataType.int32:
      return raw.low | 0
    case dataType.int64:
      return raw.signed
    case dataType.boolean:
      return raw.unsigned !== 0
    case dataType.dateTime:
      return raw.unsigned <= 8.64e15 ? new Date(raw.unsigned).toISOString() : undefined
    default:
      return raw.unsigned
  }
}

/** The type of a metric that names none, by the member that holds its value: only integers leave open whether they are signed. */
export function typeOf(raw: RawValue | undefined): number | undefined {
  switch (raw?.kind) {
    case 'number':
      return dataType.double
    case 'boolean':
      return dataType.boolean
    case 'text':
      return dataType.string
    case 'int':
      return raw.unsigned < 2 ** 31 ? dataType.uint32 : undefined
    default:
      return undefined
  }
}
