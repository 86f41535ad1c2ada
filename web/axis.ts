import type uPlot from 'uplot'
import type { Millis } from '../src/reading.ts'
import { chartFont, type Ink } from './ink.ts'

/** A time closer to the right edge than this, in pixels, would be cut off. */
const edgeRoom = 14

/** The time below a chart: seconds, minutes, days or months, and the day at midnight. */
export function timeAxis(ink: () => Ink): uPlot.Axis {
  const formats = timeFormats.map((options) => new Intl.DateTimeFormat(undefined, options))
  return {
    ...axisLook(ink),
    size: 28,
    space: 72,
    values: (u, splits, _axis, _space, stepMs) => {
      const right = u.bbox.width / devicePixelRatio - edgeRoom
      const textOf = (time: Millis) => formats[timeFormatAt(new Date(time), stepMs)]!.format(time)
      return splits.map((time) => (u.valToPos(time, 'x') > right ? '' : textOf(time)))
    },
  }
}

/** The values beside a chart: the same width for all of a view, so that their times stand below each other; more only for long numbers. */
export function valueAxis(ink: () => Ink): uPlot.Axis {
  return {
    ...axisLook(ink),
    size: (_, texts) => Math.max(52, 16 + 7.5 * Math.max(0, ...(texts ?? []).map((text) => text.length))),
  }
}

function axisLook(ink: () => Ink): uPlot.Axis {
  return {
    stroke: () => ink().text,
    font: chartFont,
    gap: 6,
    grid: { stroke: () => ink().grid, width: 1 },
    ticks: { show: false },
  }
}

const timeFormats: readonly Intl.DateTimeFormatOptions[] = [
  { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  { hour: '2-digit', minute: '2-digit' },
  { day: 'numeric', month: 'short' },
  { month: 'short', year: 'numeric' },
]

function timeFormatAt(time: Date, stepMs: Millis): number {
  const dayMs = 86_400_000
  if (stepMs >= 28 * dayMs) return 3
  if (stepMs >= dayMs || time.getHours() * 60 + time.getMinutes() + time.getSeconds() === 0) return 2
  return stepMs < 60_000 ? 0 : 1
}
