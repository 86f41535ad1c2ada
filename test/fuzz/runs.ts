import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, type TestContext } from 'vitest'

/** How many inputs a fuzz test tries: few in every test run, `FUZZ_RUNS` in `npm run fuzz`. */
export function fuzzRuns(few: number): number {
  return Number(process.env.FUZZ_RUNS ?? few)
}

/** Time for so many, on a machine that is busy with other things as well. */
export function fuzzTimeout(few: number): number {
  return 20_000 + fuzzRuns(few) * 50
}

/** A row of the table that `npm run fuzz` prints. */
export interface FuzzRow {
  readonly subject: string
  readonly inputs: number
  /** Refused with an error that was looked at. */
  readonly refused: number
  /** Most that buffers held at a time, and what is left of everything afterwards, in bytes above the beginning. */
  readonly peakBytes: number
  readonly leftBytes: number
}

declare module 'vitest' {
  interface TaskMeta {
    fuzz?: FuzzRow
  }
}

/**
 * Buffers at a time: the largest message, packet or body is taken whole a few times over, and 256 MB that somebody only
 * promised are not.
 */
const peakBytesMax = 64 * 1024 * 1024

/** What is left: caches have bounds of a few MB each, and the tests themselves keep something. */
const leftBytesMax = 48 * 1024 * 1024

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Watches what a run of inputs does to memory. */
export class MemoryWatch {
  readonly #buffersBefore: number
  readonly #before: number
  #peak = 0

  constructor() {
    this.#before = allBytes()
    this.#buffersBefore = process.memoryUsage().arrayBuffers
  }

  /** To be called after each input, before what it allocated is collected. */
  look(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage().arrayBuffers - this.#buffersBefore)
  }

  /** Puts the row into the table and expects that the bounds were kept. */
  tell({ task }: Pick<TestContext, 'task'>, row: Pick<FuzzRow, 'subject' | 'inputs' | 'refused'>): void {
    const leftBytes = Math.max(0, allBytes() - this.#before)
    task.meta.fuzz = { ...row, peakBytes: this.#peak, leftBytes }
    expect(this.#peak).toBeLessThan(peakBytesMax)
    expect(leftBytes).toBeLessThan(leftBytesMax)
  }
}

/** What is only waiting to be collected is not held. */
function allBytes(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
