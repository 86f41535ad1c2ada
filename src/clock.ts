import { existsSync } from 'node:fs'
import type { Millis } from './reading.ts'

/** systemd-timesyncd makes the folder when it starts and the file once a server has answered (systemd-timesyncd(8), FILES). */
const timesyncFolder = '/run/systemd/timesync'

/** No gateway of this version runs before this: a board without a clock battery starts in 1970 or at its last shutdown. */
const earliest: Millis = Date.UTC(2026, 0, 1)

export interface ClockOptions {
  readonly now?: () => Millis
  readonly exists?: (path: string) => boolean
  /** What the log believes the time to be: a clock behind it by more than a day was set back or was never set. */
  readonly believed?: () => Millis
}

/** Whether the machine's clock can be trusted. Once it was, it stays so: NTP keeps a set clock. */
export interface Clock {
  readonly synced: boolean
}

const dayMs = 86_400_000

/**
 * Judges the clock from what can be seen without privileges: the time itself, how the log's own clock goes on, and
 * systemd-timesyncd's marks where that runs. It looks at most once a second, because it is asked for every frame.
 */
export function createClock({ now = Date.now, exists = existsSync, believed = () => 0 }: ClockOptions = {}): Clock {
  let synced = false
  let lookAgainAt = 0
  return {
    get synced() {
      if (synced) return true
      const time = now()
      if (time < lookAgainAt && time > lookAgainAt - 2_000) return false
      lookAgainAt = time + 1_000
      if (time < earliest || time < believed() - dayMs) return false
      synced = !exists(timesyncFolder) || exists(`${timesyncFolder}/synchronized`)
      return synced
    },
  }
}
