import { setTimeout as sleep } from 'node:timers/promises'
import { patienceMs } from './patience.ts'

/** Waits for a condition, looking often; @throws Error with `what` when it does not hold in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = patienceMs): Promise<void> {
  // By a clock that nobody sets.
  const deadline = performance.now() + ms
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms in vain: ${what}`)
    await sleep(10)
  }
}
