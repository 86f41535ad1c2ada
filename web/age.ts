import type { Millis } from '../src/reading.ts'

const steps: readonly [unit: 'second' | 'minute' | 'hour' | 'day', ms: Millis][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
]
const formats = new Map<string, Intl.NumberFormat>()

/** How long ago, in the largest whole unit: `12s`, `3m`, `5d` in English; `now` below two seconds. */
export function ageText(ageMs: Millis): string {
  if (ageMs < 2000) return 'now'
  const [unit, ms] = steps.find(([, ms]) => ageMs >= ms) ?? steps.at(-1)!
  let format = formats.get(unit)
  if (!format) {
    format = new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'narrow' })
    formats.set(unit, format)
  }
  return format.format(Math.floor(ageMs / ms))
}
