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

/** Datatypes that are no measurement. */
const unmeasured = new Set(['color', 'datetime', 'duration', 'json'])

/**
 * What a property measures, with its node as the channel; null for what is not measured. A declared range limits the one of the metric.
 * Without a data type, values tell it.
 */
export function describeProperty(node: string, property: string, attributes: PropertyAttributes): MetricTarget | null {
  const { datatype, format } = attributes
  if (datatype !== undefined && unmeasured.has(datatype)) return null
  if (datatype === 'boolean') return placed(worded(node, property, 'flag'), node)
  if (datatype === 'enum' || datatype === 'string') return placed(worded(node, property, 'text'), node)
  const unit = attributes.unit || (datatype === 'percent' ? '%' : undefined)
  const target = quantityOf(node, property, unit)
  if (datatype !== undefined && target.unit === null) return placed({ ...target, type: 'number' }, node)
  return placed(withRange(target, format), node)
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
