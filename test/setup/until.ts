import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for a condition, looking often; @throws Error with `what` when it does not hold in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const deadline = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain: ${what}`)
    await sleep(10)
  }
}
