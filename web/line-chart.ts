import type uPlot from 'uplot'
import { type Chart, type ChartListener, createChart, edgeWidth } from './chart.ts'
import { drawDoubtMarks } from './doubt-marks.ts'
import type { Ink } from './ink.ts'
import { type Columns, nearestPoint, nothing } from './points.ts'
import { roomyRange, tickTexts } from './ticks.ts'

/** A number over time. A null in the points breaks the line; a point between two of them is drawn as a dot. */
export function createLineChart(label: string, unit: string | null, listener: ChartListener): Chart<Columns> {
  return createChart(
    label,
    {
      height: 190,
      series: (ink) => [
        {
          stroke: () => ink().line,
          width: 1.75,
          fill: (u) => fade(u, ink()),
          points: { size: 5, width: 0, fill: () => ink().line, filter: alonePoints },
        },
        bandEdge(ink),
        bandEdge(ink),
      ],
      bands: (ink) => [{ series: [2, 3], fill: () => `${ink().line}40` }],
      ...numberScale(unit),
      plot: ({ times, values, low, high }) => [
        times,
        values.map((value) => (typeof value === 'number' ? value : null)),
        high ?? values.map(() => null),
        low ?? values.map(() => null),
      ],
      pointAt: nearestPoint,
      draw: drawDoubtMarks,
      empty: nothing,
    },
    listener,
  )
}

/** The scale and the axis of numbers of a unit. */
export function numberScale(unit: string | null): { scaleY: uPlot.Scale; axisY: uPlot.Axis } {
  return {
    scaleY: { range: (_, low, high) => roomyRange(low, high, unit) },
    axisY: { space: 34, values: (_, splits) => tickTexts(splits) },
  }
}

/** The extremes, faint: a spike is narrower than the band can show. */
function bandEdge(ink: () => Ink): uPlot.Series {
  const stroke = () => `${ink().line}73`
  return { stroke, width: edgeWidth, points: { size: 3, width: 0, fill: stroke, filter: alonePoints } }
}

function fade(u: uPlot, ink: Ink): CanvasGradient | string {
  const { top, height } = u.bbox
  if (!Number.isFinite(top + height)) return 'transparent'
  const gradient = u.ctx.createLinearGradient(0, top, 0, top + height)
  gradient.addColorStop(0, `${ink.line}2e`)
  gradient.addColorStop(1, `${ink.line}00`)
  return gradient
}

/** Where points are too dense to show, those that no line reaches. */
export function alonePoints(u: uPlot, seriesAt: number, show: boolean): number[] | null {
  if (show) return null
  const values = u.data[seriesAt]!
  const alone: number[] = []
  // Undefined is a time at which only another line has a point; it breaks nothing.
  let before: number | null = null
  let candidate = -1
  for (let at = 0; at < values.length; at++) {
    const value = values[at]
    if (value === undefined) continue
    if (value === null && candidate >= 0) alone.push(candidate)
    candidate = value !== null && before === null ? at : -1
    before = value
  }
  if (candidate >= 0) alone.push(candidate)
  return alone
}
