import type { Millis } from '../reading.ts'
import { dayMs, hourMs, minuteMs } from './buckets.ts'

const secondMs: Millis = 1000

/** Widths of buckets: each is a whole number of minutes from a minute on, and of hours from an hour on. */
const widths: readonly Millis[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * secondMs),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minuteMs),
  ...[1, 2, 3, 6, 12].map((n) => n * hourMs),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((n) => n * dayMs),
]

/** The finest width of at least `least` with which a range takes no more than `points` buckets. */
export function widthFor(rangeMs: Millis, points: number, least: Millis): Millis {
  return widths.find((width) => width >= least && rangeMs / width <= points) ?? widths.at(-1)!
}
