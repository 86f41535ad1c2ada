import type { Profile, ReadingRule, Target } from '../../src/decode/profile.ts'
import { findMetric } from '../../src/metrics.ts'

/** The families as a Markdown table: what each is, where it is heard, and what it measures. */
export function familyTable(families: readonly Profile[]): string {
  const rows = [...families]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((family) => `| \`${family.id}\` | ${nameOf(family)} | ${heardOver(family)} | ${metricsOf(family)} |`)
  return ['| profile | devices | heard over | metrics and units |', '|---|---|---|---|', ...rows].join('\n')
}

function nameOf({ name, about }: Profile): string {
  return about === undefined ? name : `[${name}](${about})`
}

function heardOver({ serial, messages }: Profile): string {
  const line = serial ? [`serial, ${serial.baud} baud`] : []
  const topics = messages
    .filter(({ ignore, availability }) => ignore === undefined && availability === undefined)
    .flatMap(({ topic }) => topic ?? [])
  const [first] = topics
  return [...line, ...(first === undefined ? [] : [`MQTT, \`${first.replaceAll('|', '\\|')}\``])].join('; ')
}

/** Metrics of the rules and of the examples, since protocols hold theirs in code. */
function metricsOf(family: Profile): string {
  const units = new Map<string, string | null>()
  for (const { readings = {}, bytes } of family.messages) {
    for (const [path, rule] of Object.entries(readings)) for (const target of targetsOf(rule)) add(units, target, path)
    for (const [name, { internal, type: _, ...target }] of Object.entries(bytes?.fields ?? {}))
      if (!internal) add(units, target, name)
  }
  for (const { readings = [] } of family.examples)
    for (const { metric, unit } of readings)
      if (!units.get(metric)) units.set(metric, findMetric(metric)?.unit ?? unit ?? null)
  const listed = [...units]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([metric, unit]) => metric + (unit ? ` ${unit}` : ''))
  return listed.join(', ')
}

function targetsOf(rule: ReadingRule): readonly Target[] {
  if (rule === null || (typeof rule === 'object' && 'others' in rule)) return []
  return typeof rule === 'string' ? [{ metric: rule }] : [rule].flat()
}

function add(units: Map<string, string | null>, { metric, unit, reject }: Target, path: string): void {
  const name = metric ?? path.split('.').at(-1)!
  if (reject === undefined) units.set(name, findMetric(name)?.unit ?? unit ?? null)
}
