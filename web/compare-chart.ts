import type uPlot from 'uplot'
import { type Chart, type ChartListener, createChart, edgeWidth } from './chart.ts'
import { drawDoubtMarks } from './doubt-marks.ts'
import type { Ink } from './ink.ts'
import { alonePoints, numberScale } from './line-chart.ts'
import { columnsPerLine, dashOf, type Lines } from './lines.ts'
import { nearestPoint } from './points.ts'

/**
 * Lines of one unit on one chart.
 * @param places which colour and dash each takes
 */
export function createCompareChart(
  label: string,
  unit: string | null,
  places: readonly number[],
  listener: ChartListener,
): Chart<Lines> {
  return createChart<Lines>(
    label,
    {
      height: 320,
      series: (ink) => places.flatMap((place) => lineSeries(place, ink)),
      bands: (ink) =>
        places.map((place, at) => ({
          series: [at * columnsPerLine + 2, at * columnsPerLine + 3],
          fill: () => `${ink().lines[place]}26`,
        })),
      ...numberScale(unit),
      plot: ({ joined }) => joined,
      pointAt: ({ joined: [times] }, time) =>
        nearestPoint({ times: times as number[], values: times as number[] }, time),
      draw: (u, { lines }, ink) => {
        for (const line of lines) drawDoubtMarks(u, line, ink)
      },
      empty: { lines: [], joined: [[], ...places.flatMap(() => [[], [], []])] },
    },
    listener,
  )
}

function lineSeries(place: number, ink: () => Ink): uPlot.Series[] {
  const stroke = () => ink().lines[place]!
  const edge: uPlot.Series = { stroke: () => `${stroke()}59`, width: edgeWidth, points: { show: false } }
  const points = { size: 5, width: 0, fill: stroke, filter: alonePoints }
  return [{ stroke, width: 2, dash: [...dashOf(place)], points }, edge, { ...edge }]
}
