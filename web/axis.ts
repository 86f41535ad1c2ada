import type uPlot from 'uplot'
import type { Millis } from '../src/reading.ts'
import { chartFont, type Ink } from './ink.ts'

/** Room on the right of a chart, in pixels: for half the text of its last time. */
export const rightPadding = 8

/** Width of a character beside the axis, in pixels, at most. */
const characterWidth = 7.5

/** The time below a chart: seconds, minutes, days or months, and the day at midnight. */
export function timeAxis(ink: () => Ink): uPlot.Axis {
  const formats = timeFormats.map((options) => new Intl.DateTimeFormat(undefined, options))
  return {
    ...axisLook(ink),
    size: 28,
    space: 72,
    values: (u, splits, _axis, _space, stepMs) => {
      const right = u.bbox.width / devicePixelRatio + rightPadding
      const textOf = (time: Millis) => formats[timeFormatAt(new Date(time), stepMs)]!.format(time)
      // Text stands below the middle of its time; what would be cut off at the edge is left out.
      const fits = (time: Millis, text: string) => u.valToPos(time, 'x') + (text.length * characterWidth) / 2 <= right
      return splits.map((time) => [time, textOf(time)] as const).map(([time, text]) => (fits(time, text) ? text : ''))
    },
  }
}

/** The values beside a chart: the same width for all of a view, so that their times stand below each other; more only for long numbers. */
export function valueAxis(ink: () => Ink): uPlot.Axis {
  return {
    ...axisLook(ink),
    size: (_, texts) => Math.max(52, 16 + characterWidth * Math.max(0, ...(texts ?? []).map((text) => text.length))),
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
