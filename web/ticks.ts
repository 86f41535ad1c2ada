import { decimalsOf, leastStep } from '../src/notation/unit.ts'

/** A step may be as small as a trace of gas; beyond this many decimals it is rounding noise of the scale itself. */
const decimalsMax = 12

/** The texts beside the ticks of an axis: all digits that tell one from the next, and no others. */
export function tickTexts(splits: readonly number[]): string[] {
  const step = splits.length > 1 ? Math.abs(splits[1]! - splits[0]!) : 1
  let decimals = 0
  // A step of 2.5 needs its decimal, or 227.5 and 230 would read 228 and 230.
  while (decimals < decimalsMax && !isWhole(step * 10 ** decimals)) decimals++
  // Large numbers are written out: shortened, 1,234,000 and 1,235,000 would both read 1.2m.
  const format = new Intl.NumberFormat(undefined, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
  return splits.map((split) => format.format(split))
}

/** A range with some air, never so narrow that the noise of a sensor's last digit looks like an event. */
export function roomyRange(low: number | null, high: number | null, unit: string | null): [number, number] {
  const size = Math.max(Math.abs(low ?? 0), Math.abs(high ?? 0))
  const leastSpan = leastSpanOf(unit, size)
  if (low === null || high === null) return [0, leastSpan]
  const span = Math.max(high - low, leastSpan)
  const middle = (low + high) / 2
  const [from, to] = [middle - span * 0.58, middle + span * 0.58]
  // What is never negative does not get an axis that is.
  return low >= 0 && from < 0 ? [0, to - from] : [from, to]
}

/** Ten steps of the last digit shown; of a unit that is not known, of the third digit where the number is small. */
function leastSpanOf(unit: string | null, size: number): number {
  if (decimalsOf(unit) !== undefined || size === 0) return 10 * leastStep(unit)
  return Math.min(1, 10 ** (Math.floor(Math.log10(size)) - 1))
}

/** But for the rounding of binary fractions. */
function isWhole(value: number): boolean {
  return Math.abs(value - Math.round(value)) <= value * 1e-6
}
