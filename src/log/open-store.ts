import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import type { Millis } from '../reading.ts'
import { dayMs } from './buckets.ts'
import { explain } from './explain.ts'
import type { Opened, ReaderTable, WriterTable } from './messages.ts'
import type { Keep } from './retention.ts'
import { SqliteStore, type StoreSettings } from './sqlite-store.ts'
import { Thread } from './thread.ts'

/** Rejected messages kept, 4 KiB each at most: enough to find the one sensor among many. */
const rejectedMax = 10_000

/** Share of a small database that they may take. */
const rejectedShare = 0.25
const rejectedBytesMax = 4096

export interface StoreOptions {
  /** Folder of the database; made where it is missing. */
  readonly folder: string
  /** How many of the newest readings are kept in memory too. 1.4 MB at 65,536, which is the default. */
  readonly ringReadings?: number
  /** A commit is due when the oldest waiting reading is this old (default 1 s), or so many wait (1,000). */
  readonly commit?: { readonly ageMs?: Millis; readonly readings?: number }
  /** How long readings are kept (default 30 days), their minutes (a year) and hours (for ever); how large all may get (2 GB). */
  readonly keep?: Partial<Keep>
  /** The gateway's clock, ms since 1970. */
  readonly clock?: () => Millis
  /** A clock that never jumps, ms. */
  readonly steady?: () => Millis
  readonly log?: StoreSettings['log']
}

/**
 * Opens the log in a folder and begins a run.
 * @throws GatewayError `conflict`: in use by another process, or written by a newer version; `corrupt`: damaged, or not
 * ours; `unavailable`: the folder cannot be written, or the disk is full
 */
export async function openStore(options: StoreOptions): Promise<SqliteStore> {
  const file = join(resolve(options.folder), 'rivulet.db')
  const settings: StoreSettings = {
    ringReadings: options.ringReadings ?? 65_536,
    commit: { ageMs: 1000, readings: 1000, ...options.commit },
    keep: {
      ageMs: 30 * dayMs,
      minutesMs: 365 * dayMs,
      hoursMs: Number.POSITIVE_INFINITY,
      bytes: 2_000_000_000,
      ...options.keep,
    },
    clock: options.clock ?? Date.now,
    steady: options.steady ?? (() => performance.now()),
    log: options.log ?? (() => undefined),
  }
  const writer = new Thread<WriterTable>('writer.worker', file)
  const reader = new Thread<ReaderTable>('reader.worker', file)
  try {
    const opened: Opened = await writer.call('open', {
      run: randomBytes(4).toString('hex'),
      now: settings.clock(),
      rejectedMax: Math.min(rejectedMax, Math.floor((settings.keep.bytes * rejectedShare) / rejectedBytesMax)),
    })
    await reader.call('open', {})
    return new SqliteStore(file, settings, opened, writer, reader)
  } catch (error) {
    await Promise.all([writer.end(), reader.end()])
    throw explain(error, file)
  }
}
