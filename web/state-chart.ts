import type uPlot from 'uplot'
import { quantity } from '../src/notation/quantity.ts'
import type { Value } from '../src/reading.ts'
import { type Chart, type ChartListener, createChart } from './chart.ts'
import { chartFont, type Ink } from './ink.ts'
import { type Columns, nothing, pointUpTo } from './points.ts'

/** Strengths of a text's colour, by order of appearance; a device has few states, and after these they repeat. */
const strengths = ['66', '33', '4d', '1f', '59', '29']

/** A state over time: what is true or which word holds, as bars from one reading to the next. */
export function createStateChart(label: string, metric: string, listener: ChartListener): Chart<Columns> {
  const order = new Map<Value, number>()
  const colourOf = (value: Value, ink: Ink): string => {
    if (value === true) return `${ink.line}66`
    if (value === false) return `${ink.line}1f`
    if (!order.has(value)) order.set(value, order.size % strengths.length)
    return ink.line + strengths[order.get(value)!]!
  }
  return createChart(
    label,
    {
      height: 76,
      series: () => [{ paths: () => null, points: { show: false } }],
      scaleY: { range: () => [0, 1] },
      axisY: { values: (_, splits) => splits.map(() => ''), grid: { show: false } },
      plot: ({ times, values }) => [times, values.map((value) => (value === null ? null : 0.5))],
      pointAt: pointUpTo,
      marksPoint: false,
      empty: nothing,
      draw: (u, columns, ink) => drawBars(u, columns, (value) => colourOf(value, ink), metric, ink),
    },
    listener,
  )
}

function drawBars(
  u: uPlot,
  { times, values, doubts }: Columns,
  colour: (value: Value) => string,
  metric: string,
  ink: Ink,
): void {
  const { ctx, bbox } = u
  const end = u.scales.x!.max ?? 0
  const pixels = devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.font = chartFont.replace('12px', `${12 * pixels}px`)
  ctx.textAlign = 'left'
  ctx.textBaseline = 'middle'
  for (let at = 0; at < times.length; ) {
    const value = values[at]!
    let next = at + 1
    while (next < times.length && values[next] === value && doubts?.[next] === doubts?.[at]) next++
    if (value !== null) {
      const left = Math.max(bbox.left, u.valToPos(times[at]!, 'x', true))
      // A state holds until the next reading; the last one until now.
      const right = u.valToPos(times[next] ?? end, 'x', true)
      ctx.fillStyle = colour(value)
      ctx.fillRect(left, bbox.top, Math.max(right - left, pixels), bbox.height)
      if (doubts?.[at]) hatch(ctx, left, right, bbox, ink.doubt)
      const { text } = quantity(value, null, metric)
      if (right - left > ctx.measureText(text).width + 16 * pixels) {
        ctx.fillStyle = ink.strong
        ctx.fillText(text, left + 8 * pixels, bbox.top + bbox.height / 2)
      }
    }
    at = next
  }
  ctx.restore()
}

/** Slanted lines over a bar: what it says deserves less trust. */
function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  right: number,
  { top, height }: uPlot.BBox,
  colour: string,
) {
  const step = 8 * devicePixelRatio
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top, right - left, height)
  ctx.clip()
  ctx.beginPath()
  for (let x = left - height; x < right; x += step) {
    ctx.moveTo(x, top + height)
    ctx.lineTo(x + height, top)
  }
  ctx.strokeStyle = colour
  ctx.lineWidth = devicePixelRatio
  ctx.globalAlpha = 0.5
  ctx.stroke()
  ctx.restore()
}
