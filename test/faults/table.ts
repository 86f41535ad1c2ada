import type { Reporter, TestModule } from 'vitest/node'
import './trials.ts'

/** A vitest reporter that prints what the fault suite did, as a Markdown table, whether it passed or not. */
export default class FaultTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const cells = modules
      .flatMap((module) => [...module.children.allTests()])
      .flatMap((test) => test.meta().faults ?? [])
      .map(({ fault, trials, findings, figures }) => [fault, `${trials}`, `${findings}`, figures])
    if (cells.length === 0) return
    const rows = [['fault', 'trials', 'findings', 'figures'], ...cells]
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
    const [head, ...body] = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`)
    const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
    process.stdout.write(`\n${[head, rule, ...body].join('\n')}\n`)
  }
}
