import type { Millis } from '../src/reading.ts'

const steps: readonly [sign: string, ms: Millis][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
]

/** How long ago, in the largest whole unit, written as the ranges of the charts are: `12 s`, `3 min`, `5 d`; `now` below two seconds. */
export function ageText(ageMs: Millis): string {
  if (ageMs < 2000) return 'now'
  const [sign, ms] = steps.find(([, ms]) => ageMs >= ms) ?? steps.at(-1)!
  return `${Math.floor(ageMs / ms)} ${sign}`
}
