import { findMetric } from '../metrics.ts'
import type { Profile, ReadingRule, Target } from './profile.ts'

/**
 * Metrics with their units that the rules of a profile name, in order of their names: those of its readings, bytes and Modbus registers,
 * and of its examples, since other protocols hold theirs in code. The unit of a metric that is not in our table is the rule's own.
 */
export function metricsOf({ messages, examples }: Profile): ReadonlyMap<string, string | null> {
  const units = new Map<string, string | null>()
  for (const { readings = {}, bytes, options } of messages) {
    for (const [path, rule] of Object.entries(readings)) for (const target of targetsOf(rule)) add(units, target, path)
    for (const [name, { internal, type: _, ...target }] of Object.entries(bytes?.fields ?? {}))
      if (!internal) add(units, target, name)
    for (const target of (options?.registers ?? []) as (Target & { internal?: boolean })[])
      if (!target.internal) add(units, target, '')
  }
  for (const { readings = [] } of examples)
    for (const { metric, unit } of readings)
      if (!units.get(metric)) units.set(metric, findMetric(metric)?.unit ?? unit ?? null)
  return new Map([...units].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function targetsOf(rule: ReadingRule): readonly Target[] {
  if (rule === null || (typeof rule === 'object' && 'others' in rule)) return []
  return typeof rule === 'string' ? [{ metric: rule }] : [rule].flat()
}

function add(units: Map<string, string | null>, { metric, unit, reject }: Target, path: string): void {
  const name = metric ?? path.split('.').at(-1)!
  if (reject === undefined) units.set(name, findMetric(name)?.unit ?? unit ?? null)
}
