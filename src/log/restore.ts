import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { GatewayError } from '../errors.ts'
import { handOver, makeFolder } from '../folder.ts'
import { lock } from './database.ts'
import { explain } from './explain.ts'
import { checkOwner } from './schema.ts'

export interface Restored {
  readonly file: string
  /** The database that was there, kept beside it; null where there was none. */
  readonly kept: string | null
}

/**
 * Puts a backup in the place of the database in a folder, all or not at all.
 * @throws GatewayError `not-found`: no such backup; `corrupt`: damaged or not ours; `conflict`: a gateway runs there, or
 * the backup is of a newer version; `unavailable`: the folder cannot be written
 */
export function restoreBackup(backup: string, folder: string): Restored {
  const file = join(resolve(folder), 'rivulet.db')
  if (!existsSync(backup)) throw new GatewayError('not-found', `there is no file ${backup}`, 'correct the path')
  if (!statSync(backup).isFile()) throw new GatewayError('not-found', `${backup} is no file`, 'name the backup itself')
  const fresh = `${file}.restoring`
  try {
    makeFolder(resolve(folder))
    const release = lock(file)
    try {
      copyFileSync(backup, fresh, constants.COPYFILE_FICLONE)
      prepare(fresh, backup)
      handOver(fresh)
      return { file, kept: exchange(file, fresh) }
    } finally {
      release()
      for (const suffix of ['', '-wal', '-shm']) rmSync(fresh + suffix, { force: true })
    }
  } catch (error) {
    throw explain(error, file)
  }
}

/**
 * Checks the copy, and ends its last run where its readings end. Positions that clients got in that run after the
 * backup was made are then known to be gone, instead of standing before a hole that nobody would mention.
 */
function prepare(fresh: string, backup: string): void {
  const db = new Database(fresh)
  try {
    checkOwner(db)
    const [problem] = db.pragma('quick_check(1)') as { quick_check: string }[]
    if (problem?.quick_check !== 'ok') throw new GatewayError('corrupt', problem?.quick_check ?? 'unreadable')
    db.prepare(
      `INSERT INTO run (id, first)
       SELECT ?, max((SELECT coalesce(max(seq), 0) + 1 FROM reading), (SELECT coalesce(max(first), 1) FROM run))`,
    ).run(randomBytes(4).toString('hex'))
    // In one file again, to be moved as one.
    db.pragma('journal_mode = DELETE')
  } catch (error) {
    const { code } = error as { code?: string }
    // SQLITE_ERROR: an empty file is an empty database, without our tables.
    if (code === 'corrupt' || code === 'SQLITE_ERROR' || code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT')
      throw new GatewayError('corrupt', `${backup} is damaged or no backup of Rivulet's`, 'take another file')
    throw error
  } finally {
    db.close()
  }
  sync(fresh)
}

/**
 * A write-ahead log that an unclean stop left belongs to the old database: beside the new one it would ruin it. It goes only
 * when the old database has its other name: without its log it lacks what was acknowledged last.
 */
function exchange(file: string, fresh: string): string | null {
  let kept: string | null = null
  if (existsSync(file)) {
    kept = freeName(`${file}.before-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`)
    keep(file, kept)
    if (existsSync(`${file}-wal`)) renameSync(`${file}-wal`, `${kept}-wal`)
    rmSync(`${file}-shm`, { force: true })
  }
  renameSync(fresh, file)
  sync(resolve(file, '..'))
  return kept
}

/** Two restores in one second keep two databases. */
function freeName(name: string): string {
  let free = name
  for (let n = 2; existsSync(free) || existsSync(`${free}-wal`); n++) free = `${name}-${n}`
  return free
}

/** Gives the file a second name, so that there is one under the first at every moment; cards formatted as FAT have no such links. */
function keep(file: string, kept: string): void {
  try {
    linkSync(file, kept)
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    try {
      copyFileSync(file, kept, constants.COPYFILE_EXCL)
      sync(kept)
    } catch (failure) {
      rmSync(kept, { force: true })
      throw failure
    }
  }
}

function sync(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
