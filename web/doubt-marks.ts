import type uPlot from 'uplot'
import type { Ink } from './ink.ts'
import type { Columns } from './points.ts'

/** Half of a mark's width, in pixels. */
const size = 4.5

/** Marks closer than this to the one before say nothing more. */
const distanceLeast = 11

/** Draws a hollow diamond at every point that deserves less trust: a shape, so that it needs no colour to be seen. */
export function drawDoubtMarks(u: uPlot, { times, values, doubts }: Columns, ink: Ink): void {
  if (!doubts) return
  const { ctx } = u
  const pixels = devicePixelRatio
  let before = Number.NEGATIVE_INFINITY
  ctx.save()
  ctx.lineWidth = 1.5 * pixels
  ctx.strokeStyle = ink.doubt
  ctx.fillStyle = ink.surface
  for (const [at, doubt] of doubts.entries()) {
    const value = values[at]
    if (doubt === null || typeof value !== 'number') continue
    const x = u.valToPos(times[at]!, 'x', true)
    if (x < u.bbox.left || x > u.bbox.left + u.bbox.width || x - before < distanceLeast * pixels) continue
    before = x
    const y = u.valToPos(value, 'y', true)
    const half = size * pixels
    ctx.beginPath()
    ctx.moveTo(x, y - half)
    for (const [dx, dy] of [
      [half, 0],
      [0, half],
      [-half, 0],
    ] as const)
      ctx.lineTo(x + dx, y + dy)
    ctx.closePath()
    ctx.fill()
    ctx.stroke()
  }
  ctx.restore()
}
