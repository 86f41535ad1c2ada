/** Prints a table that is readable as it is, and as Markdown. */
export function printTable(head: readonly string[], body: readonly (readonly string[])[]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...body].map((row) => row[column]!.length)))
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  process.stdout.write(`\n${[line(head), rule, ...body.map(line)].join('\n')}\n`)
}
