import uPlot from 'uplot'
import { type Chart, type ChartListener, createChart, edgeWidth } from './chart.ts'
import { drawDoubtMarks } from './doubt-marks.ts'
import type { Ink } from './ink.ts'
import { alonePoints, numberScale } from './line-chart.ts'
import { type Columns, nearestPoint } from './points.ts'

/** Lines that share their times: a column each, undefined where only others have a point. */
export interface Lines {
  readonly lines: readonly Columns[]
  readonly joined: uPlot.AlignedData
}

/** Dashes of the lines by their place, in pixels: with the colour, two ways to tell them apart. */
const dashes: readonly number[][] = [[], [9, 4], [2, 4], [12, 4, 2, 4], [5, 3], [16, 5], [2, 2, 8, 3], [1, 6]]

/** How a line looks, by its place; for the SVG beside its name as well. */
export function dashOf(place: number): readonly number[] {
  return dashes[place % dashes.length]!
}

/** uPlot's NULL_EXPAND. */
const nullExpand = 2

/** Columns that uPlot has for each line: the value, and the extremes that it sums up. */
const columnsPerLine = 3

/** Gives lines their common times. */
export function joinLines(lines: readonly Columns[]): Lines {
  const tables = lines.map(({ times, values, high, low }): uPlot.AlignedData => {
    const numbers = values.map((value) => (typeof value === 'number' ? value : null))
    // Where nothing is summed up there are no extremes, and a line along them would fill the dashes.
    const extremes = (of: Columns['low']) =>
      numbers.map((_, at) => (low?.[at] === high?.[at] ? null : (of?.[at] ?? null)))
    return [times, numbers, extremes(high), extremes(low)]
  })
  // A null breaks its line up to the points beside it, also where only other lines have one.
  const breaks = tables.map((table) => table.map(() => nullExpand))
  return { lines, joined: tables.length > 0 ? uPlot.join(tables, breaks) : [[]] }
}

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
