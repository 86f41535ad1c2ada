import type { Millis } from '../src/reading.ts'
import { ApiError } from './api.ts'

/** Repeats a request while it is wanted and the tab is seen. What fails is told, and tried again the next time. */
export function createPoll(
  everyMs: Millis,
  load: (signal: AbortSignal) => Promise<void>,
  failed: (error: ApiError) => void = () => {},
): { run(on: boolean): void } {
  let abort: AbortController | undefined

  async function loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (!document.hidden) await load(signal).catch((error: unknown) => error instanceof ApiError && failed(error))
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
