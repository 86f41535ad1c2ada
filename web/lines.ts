import uPlot from 'uplot'
import type { Columns } from './points.ts'

/** Lines that share their times: a column each, undefined where only others have a point. */
export interface Lines {
  readonly lines: readonly Columns[]
  readonly joined: uPlot.AlignedData
}

/** Dashes of the lines by their place, in pixels: with the colour, two ways to tell them apart. */
const dashes: readonly number[][] = [[], [9, 4], [2, 4], [12, 4, 2, 4], [5, 3], [16, 5], [2, 2, 8, 3], [1, 6]]

/** Lines that can be told apart on one chart. */
export const linesMax = dashes.length

/** How a line looks, by its place; for the SVG beside its name as well. */
export function dashOf(place: number): readonly number[] {
  return dashes[place % linesMax]!
}

/** uPlot's NULL_EXPAND. */
const nullExpand = 2

/** Columns that uPlot has for each line: the value, and the extremes that it sums up. */
export const columnsPerLine = 3

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
