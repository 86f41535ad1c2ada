import type { Reporter, TestModule } from 'vitest/node'
import { printTable } from '../setup/markdown-table.ts'
import './trials.ts'

/** A vitest reporter that prints what the fault suite did, as a Markdown table, whether it passed or not. */
export default class FaultTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules
      .flatMap((module) => [...module.children.allTests()])
      .flatMap((test) => test.meta().faults ?? [])
      .map(({ fault, trials, findings, figures }) => [fault, `${trials}`, `${findings}`, figures])
    if (rows.length > 0) printTable(['fault', 'trials', 'findings', 'figures'], rows)
  }
}
