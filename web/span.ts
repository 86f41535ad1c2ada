import type { Millis } from '../src/reading.ts'

/** The time that charts show, as pure arithmetic: ranges up to now, parts of the past, and how one leads to the other. */

/** Time on a chart, in minutes, up to now. */
export const ranges = {
  '5m': 5,
  '15m': 15,
  '1h': 60,
  '6h': 360,
  '24h': 1440,
  '7d': 10_080,
  '30d': 43_200,
  '1y': 525_600,
} as const
export type Range = keyof typeof ranges

/** What is shown: a range up to now, or instead of it a zoom. */
export interface Span {
  readonly range: Range
  readonly zoom?: Zoom
}

/** A part of the past, which stays; or another length of time up to now, which moves on. */
export type Zoom = { readonly from: Millis; readonly to: Millis } | { readonly lengthMs: Millis }

/** Zooming in further than this shows nothing more. */
const lengthLeast: Millis = 2000

/** Zooming out further than this there is nothing to see: raw and minutes are kept for a year at most. */
const lengthMost: Millis = 2 * ranges['1y'] * 60_000

/** A view whose end is this close to now, as a share of its length, is at the edge: it moves on with time. */
const edgeShare = 0.02

/** From and to at a moment. */
export function timesOf({ range, zoom }: Span, now: Millis): readonly [from: Millis, to: Millis] {
  if (!zoom) return [now - ranges[range] * 60_000, now]
  return 'lengthMs' in zoom ? [now - zoom.lengthMs, now] : [zoom.from, zoom.to]
}

/** Whether it goes up to now, and on with it. */
export function isLive({ zoom }: Span): boolean {
  return !zoom || 'lengthMs' in zoom
}

/** The zoom that comes closest to a wish: never into the future, and at its edge one that follows. */
export function zoomTo(from: Millis, to: Millis, now: Millis): Zoom {
  const length = Math.min(Math.max(to - from, lengthLeast), lengthMost)
  const middle = (from + to) / 2
  const end = to - from === length ? to : middle + length / 2
  if (end >= now - length * edgeShare) return { lengthMs: Math.round(length) }
  const start = Math.max(end - length, now - lengthMost)
  return { from: Math.round(start), to: Math.round(start + length) }
}

/** The same length of time, earlier or later by a share of it. */
export function panned([from, to]: readonly [Millis, Millis], share: number): [Millis, Millis] {
  const by = (to - from) * share
  return [from + by, to + by]
}

/** `factor` times the time, around a moment that stays where it is. */
export function scaled([from, to]: readonly [Millis, Millis], factor: number, around: Millis): [Millis, Millis] {
  return [around - (around - from) * factor, around + (to - around) * factor]
}
