import type { TestContext } from 'vitest'
import type { Violation } from './ledger.ts'

/** `npm run faults` sets it: many trials and an hour of load, where `npm test` takes a few seconds. */
export const isLong = process.env.FAULTS === 'long'

/** Chooses what is random where only that is: the same in every `npm test`, another in each long run, which `FAULTS_SEED` repeats. */
export const seed = Number(process.env.FAULTS_SEED ?? (isLong ? Date.now() % 1_000_000 : 1))

/** How many trials a test makes. */
export function trials(short: number, long: number): number {
  return isLong ? long : short
}

/** A row of the table that `npm run faults` prints. */
export interface FaultRow {
  readonly fault: string
  readonly trials: number
  /** Broken promises; a test whose findings are not empty fails. */
  readonly findings: number
  /** What was measured, in words: `48,120 readings acknowledged, restart 210 ms (median)`. */
  readonly figures: string
}

declare module 'vitest' {
  interface TaskMeta {
    faults?: FaultRow[]
  }
}

/** Puts a row into the table; call it before expecting that there are no findings, so that it is there when there are. */
export function tell(
  { task }: Pick<TestContext, 'task'>,
  row: Omit<FaultRow, 'fault' | 'findings'> & { readonly findings: readonly Violation[] | readonly string[] },
): void {
  task.meta.faults ??= []
  task.meta.faults.push({ ...row, fault: task.name, findings: row.findings.length })
}

/** The middle one; NaN of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
