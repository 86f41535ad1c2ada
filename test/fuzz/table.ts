import type { Reporter, TestModule } from 'vitest/node'
import { printTable } from '../setup/markdown-table.ts'
import './runs.ts'

/** A vitest reporter that prints what was tried, as a Markdown table, whether it passed or not. */
export default class FuzzTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules
      .flatMap((module) => [...module.children.allTests()])
      .flatMap((test) => test.meta().fuzz ?? [])
      .map(({ subject, inputs, refused, peakBytes, leftBytes }) => [
        subject,
        inputs.toLocaleString('en'),
        refused.toLocaleString('en'),
        megabytes(peakBytes),
        megabytes(leftBytes),
      ])
    if (rows.length > 0) printTable(['subject', 'inputs', 'refused', 'buffers at most', 'left'], rows)
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
