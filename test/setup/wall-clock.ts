import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The time of day as one process sees it. Its clocks that never jump go on as they do. */
export interface WallClock {
  /** For the process. */
  readonly env: NodeJS.ProcessEnv
  /** How far it is ahead of the true time from now on, in ms. */
  set(aheadMs: number): void
  close(): void
}

/** With libfaketime (Debian's package faketime), which reads a file each time somebody asks what time it is. */
export function createWallClock(aheadMs = 0): WallClock {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-clock-'))
  const file = join(folder, 'offset')
  const set = (ms: number) => {
    // Never half written: a process that finds nothing there takes the true time.
    writeFileSync(`${file}.new`, `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}s\n`)
    renameSync(`${file}.new`, file)
  }
  set(aheadMs)
  return {
    env: {
      LD_PRELOAD: findLibrary(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    set,
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Below the folder of the machine's own architecture. */
function findLibrary(): string {
  for (const place of readdirSync('/usr/lib'))
    if (place.endsWith('-linux-gnu')) return join('/usr/lib', place, 'faketime/libfaketimeMT.so.1')
  throw new Error('libfaketime is not there; run: sudo apt-get install faketime')
}
