import type Database from 'better-sqlite3'
import type { Millis, Seq } from '../reading.ts'
import type { Shift } from './age-clock.ts'
import { type Block, blockOf, OpenBlock } from './block.ts'
import type { Batch } from './columns.ts'

/** The block at the old end of the log. */
export interface OldestBlock {
  /** False for the one that is still being filled. */
  readonly full: boolean
  readonly last: Seq
  /** When its newest reading was committed. */
  readonly written: Millis
}

/**
 * Keeps the block index in step with the readings, inside the transactions of who calls it. Full blocks are written;
 * the one that is being filled is in memory, and read from the log again after a start or a commit that failed.
 */
export class BlockIndex {
  readonly #open = new OpenBlock()
  readonly #add: Database.Statement
  readonly #indexed: Database.Statement
  readonly #tail: Database.Statement
  readonly #oldest: Database.Statement
  readonly #setWritten: Database.Statement
  readonly #shift: Database.Statement
  readonly #drop: Database.Statement
  /** When the newest reading was committed, by the gateway's clock; at the earliest when it was started. */
  #written: Millis = 0

  constructor(db: Database.Database) {
    this.#add = db.prepare('INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#indexed = db.prepare('SELECT last FROM block ORDER BY id DESC LIMIT 1').pluck()
    this.#tail = db.prepare('SELECT seq, series, time FROM reading WHERE seq > ? ORDER BY seq').raw()
    this.#oldest = db.prepare('SELECT id, last, written FROM block ORDER BY id LIMIT 1')
    this.#setWritten = db.prepare('UPDATE block SET written = ? WHERE id = ?')
    this.#shift = db.prepare('UPDATE block SET written = written + ? WHERE last >= ?')
    this.#drop = db.prepare('DELETE FROM block WHERE last < ?')
  }

  /** Begins with what an earlier run left, at the number `first`. */
  begin(first: Seq, now: Millis): void {
    this.#written = now
    this.reopen()
    if (blockOf(this.#open.last) !== blockOf(first)) this.#write(this.#open.finish())
  }

  /** Reads the open block from the log again. */
  reopen(): void {
    this.#open.clear()
    const tail = this.#tail.all((this.#indexed.get() as Seq | undefined) ?? 0) as [Seq, number, Millis][]
    for (const [seq, series, time] of tail) this.#open.addOne(seq, series, time)
  }

  add(batch: Batch, now: Millis): void {
    this.#written = now
    this.#write(this.#open.add(batch))
  }

  oldest(now: Millis): OldestBlock {
    const block = this.#oldest.get() as { id: number; last: Seq; written: Millis } | undefined
    if (!block) return { full: false, last: this.#open.last, written: this.#written }
    // A clock that was ahead and has been set right would otherwise keep the block until it is there again.
    if (block.written > now) this.#setWritten.run(now, block.id)
    return { full: true, last: block.last, written: block.written }
  }

  shift({ by, from }: Shift): void {
    this.#shift.run(by, from)
    this.#written += by
  }

  /** Forgets the blocks that lie wholly below `floor`. */
  drop(floor: Seq): void {
    this.#drop.run(floor)
  }

  #write(blocks: readonly Block[]): void {
    for (const { id, first, last, minTime, maxTime, series } of blocks)
      this.#add.run(id, first, last, minTime, maxTime, this.#written, series)
  }
}
