import { existsSync } from 'node:fs'
import type { Millis } from './reading.ts'

/** systemd-timesyncd makes the folder when it starts and the file once a server has answered (systemd-timesyncd(8), FILES). */
export const timesyncFolder = '/run/systemd/timesync'

/** No gateway of this version runs before this: a board without a clock battery starts in 1970 or at its last shutdown. */
export const earliest: Millis = Date.UTC(2026, 0, 1)

export interface ClockOptions {
  readonly now?: () => Millis
  /** A clock that never jumps. */
  readonly steady?: () => Millis
  readonly exists?: (path: string) => boolean
  /** What the log believes the time to be: a clock behind it by more than a day was set back or was never set. */
  readonly believed?: () => Millis
}

/** Whether the machine's clock can be trusted. Once it was, it stays so: NTP keeps a set clock. */
export interface Clock {
  readonly synced: boolean
  /** How far it was put forward, or back (below 0), since it was set; 0 again when that has held for a day, as retention believes it then. */
  readonly steppedMs: Millis
}

const dayMs = 86_400_000

/** Less than this is no step: a machine may sleep for a moment, and NTP slews what is off by a fraction of a second. */
const stepMin: Millis = 60_000

/**
 * Judges the clock from what can be seen without privileges: the time itself, how the log's own clock goes on, and
 * systemd-timesyncd's marks where that runs. It looks at most once a second, because it is asked for every frame.
 */
export function createClock({
  now = Date.now,
  steady = () => performance.now(),
  exists = existsSync,
  believed = () => 0,
}: ClockOptions = {}): Clock {
  let synced = false
  let lookAgainAt = 0
  /** How far apart the two clocks were when this one was set. */
  let apart: Millis = 0
  let steppedAt: Millis | null = null
  return {
    get synced() {
      if (synced) return true
      const time = now()
      if (time < lookAgainAt && time > lookAgainAt - 2_000) return false
      lookAgainAt = time + 1_000
      if (time < earliest || time < believed() - dayMs) return false
      synced = !exists(timesyncFolder) || exists(`${timesyncFolder}/synchronized`)
      apart = time - steady()
      return synced
    },
    get steppedMs() {
      if (!this.synced) return 0
      const step = now() - steady() - apart
      steppedAt = Math.abs(step) < stepMin ? null : (steppedAt ?? steady())
      if (steppedAt === null) return 0
      if (steady() - steppedAt < dayMs) return step
      apart += step
      steppedAt = null
      return 0
    },
  }
}

/** Says each step of a clock once. Returns what is to be called now and then. */
export function watchSteps(clock: Clock, say: (line: string) => void): () => void {
  let told: Millis = 0
  return () => {
    const step = clock.steppedMs
    if (Math.abs(step - told) < stepMin) return
    told = step
    if (step === 0) return say('the clock is taken for right again')
    const way = step > 0 ? 'forward' : 'back'
    say(
      `the clock was put ${way} by ${spanText(step)}: readings carry the time it shows; if that is wrong, see timedatectl`,
    )
  }
}

function spanText(ms: Millis): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  if (minutes < 120) return `${minutes} minutes`
  return minutes < 2 * 1440 ? `${Math.round(minutes / 60)} hours` : `${Math.round(minutes / 1440)} days`
}
