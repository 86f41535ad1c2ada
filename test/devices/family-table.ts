import type { Profile } from '../../src/decode/profile.ts'
import { metricsOf } from '../../src/decode/profile-metrics.ts'

/** The families as a Markdown table: what each is, where it is heard, and what it measures. */
export function familyTable(families: readonly Profile[]): string {
  const rows = [...families]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((family) => `| \`${family.id}\` | ${nameOf(family)} | ${heardOver(family)} | ${metrics(family)} |`)
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

function metrics(family: Profile): string {
  return [...metricsOf(family)].map(([metric, unit]) => metric + (unit ? ` ${unit}` : '')).join(', ')
}
