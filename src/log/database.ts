import { chmodSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { GatewayError } from '../errors.ts'
import { handOver, makeFolder } from '../folder.ts'
import { explain } from './explain.ts'
import { checkOwner, migrate } from './schema.ts'

/**
 * What SQLite reads and writes at a time. At 100 readings a commit, 1,024 bytes write 145 bytes a reading, 4,096 bytes 215,
 * because every commit writes the last page again and half of them three pages of the tree; scans are 5 % slower.
 */
export const pageBytes = 1024

/** Page cache of each thread: the writer touches the newest pages only, the reader goes through once. */
const cacheKiB = 4096

/** Beyond this the write-ahead log's file is cut after use, so that one long read does not leave it large for ever. */
const walKeepBytes = 8 * 1024 * 1024

/** How long a commit waits for another program that writes, such as a person with the sqlite3 shell. */
export const busyMs = 5000

/** A database that this process alone writes. */
export interface Owned {
  readonly db: Database.Database
  close(): void
}

/**
 * Opens the database for writing, makes it where there is none, and brings it to the present version.
 * @throws GatewayError `conflict` in use or from a newer version; `corrupt` not a database of ours; `unavailable` the
 * folder cannot be written.
 */
export function openForWriting(file: string): Owned {
  return explained(file, () => {
    makeFolder(dirname(file))
    const release = lock(file)
    try {
      const db = new Database(file, { timeout: busyMs })
      try {
        checkOwner(db)
        // Both count only while there is no table yet.
        db.pragma(`page_size = ${pageBytes}`)
        db.pragma('auto_vacuum = INCREMENTAL')
        db.pragma('journal_mode = WAL')
        // What was acknowledged survives a power cut.
        db.pragma('synchronous = FULL')
        // The writer does it after the commit was answered, since it waits for the disk twice.
        db.pragma('wal_autocheckpoint = 0')
        db.pragma(`journal_size_limit = ${walKeepBytes}`)
        db.pragma(`cache_size = -${cacheKiB}`)
        migrate(db)
        // Hashes of passwords and tokens are in it; the files beside it get the same mode.
        chmodSync(file, 0o600)
      } catch (error) {
        db.close()
        throw error
      }
      return {
        db,
        close: () => {
          db.close()
          release()
        },
      }
    } catch (error) {
      release()
      throw error
    }
  })
}

/** Opens a database that another thread has open for writing. */
export function openForReading(file: string): Database.Database {
  return explained(file, () => {
    const db = new Database(file, { readonly: true, fileMustExist: true })
    db.pragma(`cache_size = -${cacheKiB}`)
    return db
  })
}

function explained<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw explain(error, file)
  }
}

/**
 * Keeps other processes out. A second, empty database holds the lock, because an exclusive lock on the first would
 * keep our own reader out. The kernel drops it with the process, however that ends.
 */
export function lock(file: string): () => void {
  const db = new Database(`${file}-lock`, { timeout: 0 })
  try {
    db.exec('BEGIN EXCLUSIVE')
    handOver(db.name)
  } catch (error) {
    db.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    throw new GatewayError(
      'conflict',
      `${file} is in use by another process`,
      'stop the gateway that runs there, or choose another folder with --data',
    )
  }
  return () => db.close()
}
