import type { Millis } from '../src/reading.ts'
import { ApiError, getJson } from './api.ts'
import type { WireDevice } from './wire.ts'

const retryMs: Millis = 3000

export interface Snapshots {
  /** Takes one now. Rejects with ApiError when it could not be taken. */
  take(): Promise<void>
  /** Takes one now, and again later where it fails. */
  ensure(): void
  /** As `ensure`, a little later: many wishes become one request. */
  soon(delayMs: Millis): void
}

/** Snapshots of all devices (GET /api/devices). Of two that overlap, only the later one counts. */
export function createSnapshots(taken: (devices: WireDevice[]) => void, tokenNeeded: () => void): Snapshots {
  let timer: ReturnType<typeof setTimeout> | undefined
  let latest = 0

  async function take(): Promise<void> {
    const turn = ++latest
    const devices = await getJson<WireDevice[]>('/api/devices')
    if (turn === latest) taken(devices)
  }

  async function ensure(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    try {
      await take()
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) tokenNeeded()
      else soon(retryMs)
    }
  }

  function soon(delayMs: Millis): void {
    timer ??= setTimeout(() => void ensure(), delayMs)
  }

  return { take, ensure: () => void ensure(), soon }
}
