import type { Millis } from '../src/reading.ts'

/** Repeats a request while it is wanted and the tab is seen. A failure is left to the next time. */
export function createPoll(everyMs: Millis, load: (signal: AbortSignal) => Promise<void>): { run(on: boolean): void } {
  let abort: AbortController | undefined

  async function loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!document.hidden) await load(signal).catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }

  return {
    run(on) {
      if (on === (abort !== undefined)) return
      abort?.abort()
      abort = on ? new AbortController() : undefined
      if (abort) void loop(abort.signal)
    },
  }
}
