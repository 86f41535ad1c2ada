/** One line of the bench table. */
export interface Row {
  /** What was measured, such as `MQTT QoS 1 to durable readings`. */
  readonly name: string
  readonly figure: string
  /** The raw limit of the same run that the figure is held against. */
  readonly limit?: string
  /** Figure over limit. */
  readonly ratio?: number
  /** What it must reach, in words, and whether it did. */
  readonly target?: string
  readonly reached?: boolean
}

/** Prints the rows as a Markdown table, so that it can be pasted where it is needed. */
export function printTable(rows: readonly Row[]): void {
  printCells([['measurement', 'figure', 'raw limit', 'ratio', 'target', ''], ...rows.map(toCells)])
}

/** The same for cells of any kind; the first row is the head. */
export function printCells(cells: readonly (readonly string[])[]): void {
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  const [head, ...body] = cells.map(line)
  process.stdout.write(`${[head, `|${widths.map((w) => '-'.repeat(w + 2)).join('|')}|`, ...body].join('\n')}\n`)
}

function toCells(row: Row): string[] {
  const reached = row.reached === undefined ? '' : row.reached ? 'reached' : 'MISSED'
  return [row.name, row.figure, row.limit ?? '', row.ratio?.toFixed(2) ?? '', row.target ?? '', reached]
}
