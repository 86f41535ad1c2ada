import type Database from 'better-sqlite3'
import { busyMs, pageBytes } from './database.ts'

/** A page and its header (https://sqlite.org/fileformat.html#the_write_ahead_log). */
const frameBytes = pageBytes + 24

/** Frames after which they are written back: 4 MiB. */
const checkpointFrames = (4 * 1024 * 1024) / pageBytes

/** SQLite's write-ahead log, and when it is written back into the database (a checkpoint). None of this inside a transaction. */
export class WriteAheadLog {
  readonly #db: Database.Database
  readonly #state: Database.Statement
  readonly #checkpoint: Database.Statement
  readonly #truncate: Database.Statement
  /** Frames in it when it was last written back, 0 since it began anew. */
  #checkpointedAt = 0

  constructor(db: Database.Database) {
    this.#db = db
    this.#state = db.prepare('PRAGMA wal_checkpoint(NOOP)')
    this.#checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')
    this.#truncate = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)')
  }

  /** Bytes that count: its file may be longer. */
  get bytes(): number {
    return this.#frames * frameBytes
  }

  /** A checkpoint once the caller has answered, since it waits for the disk twice; none while the log is short. */
  checkpointSoon(): void {
    setImmediate(() => this.#checkpointIfDue())
  }

  /** Writes back what no reader still needs as it was. */
  checkpoint(): void {
    this.#checkpointedAt = this.#frames
    try {
      this.#checkpoint.get()
    } catch {
      // A full disk: the frames stay where they are, and the next commit says so if it is still full.
    }
  }

  /** Writes all of it back and begins it anew, unless somebody else is reading. */
  truncate(): void {
    // Another program may hold a read transaction open: commits must not wait for it.
    this.#db.pragma('busy_timeout = 100')
    try {
      this.#truncate.get()
    } finally {
      this.#db.pragma(`busy_timeout = ${busyMs}`)
    }
    this.#checkpointedAt = this.#frames
  }

  #checkpointIfDue(): void {
    if (!this.#db.open) return
    const frames = this.#frames
    if (frames < this.#checkpointedAt) this.#checkpointedAt = 0
    // A reader may keep the log from beginning anew after it was written back: then not again at once.
    const due = this.#checkpointedAt === 0 ? checkpointFrames : this.#checkpointedAt + checkpointFrames / 4
    if (frames >= due) this.checkpoint()
  }

  /** Those in use. The answer is an object of busy, log (these) and checkpointed. */
  get #frames(): number {
    return (this.#state.get() as { log: number }).log
  }
}
