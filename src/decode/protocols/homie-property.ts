import { findMetric } from '../../metrics.ts'
import { convert } from '../../units.ts'
import { targetOf } from '../declared-target.ts'
import { meaningOf, snakeCase } from '../names.ts'
import { parseNumber } from '../number.ts'
import type { MetricTarget } from '../profile.ts'

/** Attributes of a property (Homie 5 "Property attributes"), as text. */
export interface PropertyAttributes {
  readonly unit?: string
  readonly datatype?: string
  readonly format?: string
}

/** A property as it is declared. */
export interface Property extends MetricTarget {
  /** Payloads that its data type allows, beyond what the metric says: whole numbers, `true` and `false`, or some words. */
  readonly only?: 'integer' | 'boolean' | readonly string[]
}

/** Whether a payload is one of those that the data type allows (Homie 5 "Payload"). */
export function allows({ only }: Property, text: string): boolean {
  if (only === undefined) return true
  if (only === 'integer') return /^[+-]?\d+$/.test(text) || parseNumber(text) === 'not_finite'
  return only === 'boolean' ? text === 'true' || text === 'false' : only.includes(text)
}

/** Datatypes that are no measurement. */
const unmeasured = new Set(['color', 'datetime', 'duration', 'json'])

/**
 * What a property measures, with its node as the channel; null for what is not measured. A declared range limits the one of the metric.
 * Without a data type, values tell it.
 */
export function describeProperty(node: string, property: string, attributes: PropertyAttributes): Property | null {
  const { datatype, format } = attributes
  if (datatype !== undefined && unmeasured.has(datatype)) return null
  if (datatype === 'boolean') return { ...placed(worded(node, property, 'flag'), node), only: 'boolean' }
  if (datatype === 'string') return placed(worded(node, property, 'text'), node)
  if (datatype === 'enum') {
    const only = format === undefined ? {} : { only: format.split(',') }
    return { ...placed(worded(node, property, 'text'), node), ...only }
  }
  const unit = attributes.unit || (datatype === 'percent' ? '%' : undefined)
  const quantity = quantityOf(node, property, unit)
  const target = datatype !== undefined && quantity.unit === null ? { ...quantity, type: 'number' as const } : quantity
  const described = placed(withRange(target, format), node)
  return datatype === 'integer' ? { ...described, only: 'integer' } : described
}

/** The same for a property that nothing is known of, by what one value looks like. */
export function guessProperty(node: string, property: string, value: string): MetricTarget {
  // Of booleans these are the only spellings, whatever the property is called: `power` of a lamp is none in watts.
  if (value === 'true' || value === 'false') return placed(worded(node, property, 'flag'), node)
  const known = meaningOf(property) ?? meaningOf(node)
  if (known && findMetric(known.metric)) return placed(quantityOf(node, property, undefined), node)
  const isNumber = parseNumber(value) !== 'type_mismatch'
  return placed(isNumber ? quantityOf(node, property, undefined) : worded(node, property, 'text'), node)
}

/** `temperature/degrees` is told by its node: names of properties may say nothing. */
function quantityOf(node: string, property: string, unit: string | undefined): MetricTarget {
  const name = !meaningOf(property) && meaningOf(node) ? node : property
  const { channel, ...target } = targetOf(name, unit)
  return channel === undefined || name === node ? target : { ...target, channel }
}

function worded(node: string, property: string, type: 'flag' | 'text'): MetricTarget {
  const metric = (meaningOf(property) ?? meaningOf(node))?.metric ?? (snakeCase(property).slice(0, 64) || 'state')
  return findMetric(metric)?.type === 'number' ? { metric: snakeCase(property), type } : { metric, type }
}

function placed(target: MetricTarget, node: string): MetricTarget {
  const place = node.replace(/[{}]/g, '_').slice(0, 64)
  return { ...target, channel: target.channel === undefined ? place : `${place}.${target.channel}` }
}

/** `min:max`, either of which may be missing, and a step that does not matter here. */
function withRange(target: MetricTarget, format: string | undefined): MetricTarget {
  const match = /^([^:]*):([^:]*)(?::.*)?$/.exec(format ?? '')
  if (!match) return target
  const known = findMetric(target.metric)
  const limit = (text: string, otherwise: number): number => {
    const value = parseNumber(text)
    if (typeof value !== 'number') return otherwise
    return known?.unit && target.unit ? (convert(value, target.unit, known.unit) ?? otherwise) : value
  }
  const [min, max] = known?.type === 'number' && target.unit !== null ? [known.min, known.max] : [-1e308, 1e308]
  const range: [number, number] = [Math.max(min, limit(match[1]!, min)), Math.min(max, limit(match[2]!, max))]
  return range[0] <= range[1] ? { ...target, range } : target
}
