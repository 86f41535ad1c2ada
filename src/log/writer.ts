import type Database from 'better-sqlite3'
import type { Millis, Seq } from '../reading.ts'
import { ageRecord, keptAgeOf, type Shift } from './age-clock.ts'
import { backUp } from './backup.ts'
import { blockReadings } from './block.ts'
import { BlockIndex } from './block-index.ts'
import { type Batch, kindMask, kindText } from './columns.ts'
import { openForWriting, pageBytes } from './database.ts'
import type { Run } from './log.ts'
import {
  type Commit,
  type Opened,
  type RejectedRow,
  type Retain,
  type Retained,
  reservedReadings,
  type Size,
} from './messages.ts'
import { Rollup } from './rollup.ts'
import type { StoredSeries } from './series-table.ts'
import { prepare, rowsAtOnce, type Statements } from './statements.ts'
import { WriteAheadLog } from './write-ahead-log.ts'

/** Runs of which nothing is kept stay known for a while: a position in them is a gap by retention, not an unknown one. */
const emptyRunsMax = 1000

/** Free pages given back in one go: 1 MiB, so that a commit never waits long behind it. */
const vacuumPages = (1024 * 1024) / pageBytes

/** Blocks dropped in one go: when far too much is there, not every 4,096 readings should cost a wait for the disk. */
const dropBlocks = 8

/** Everything that changes the database. It lives in a thread of its own, since every commit waits for the disk. */
export class Writer {
  readonly #db: Database.Database
  readonly #release: () => void
  readonly #sql: Statements
  readonly #rejectedMax: number
  readonly #blocks: BlockIndex
  readonly #rollup: Rollup
  readonly #wal: WriteAheadLog
  #reserved: Seq
  #failed = false

  /**
   * @param rejectedMax how many rejected messages are kept
   * @throws GatewayError, see `openForWriting`
   */
  constructor(file: string, rejectedMax: number) {
    this.#rejectedMax = rejectedMax
    const { db, close } = openForWriting(file)
    this.#db = db
    this.#release = close
    this.#sql = prepare(db)
    this.#blocks = new BlockIndex(db)
    this.#rollup = new Rollup(db)
    this.#wal = new WriteAheadLog(db)
    this.#reserved = this.#sql.reserved.get() as Seq
  }

  /** Begins the run `id` and says what the database holds. */
  begin(id: string, now: Millis): Opened {
    const floor = this.#sql.floor.get() as Seq
    const first = this.#reserved + 1
    const leftOpen = this.#wasLeftOpen(floor)
    const records = this.#sql.records.all() as [string, string, string][]
    const age = keptAgeOf(records) ?? { time: now, jump: null }
    this.#inTransaction(() => {
      this.#sql.pruneRuns.run(emptyRunsMax)
      this.#sql.addRun.run(id, first)
      this.#sql.setReserved.run(this.#reserved + reservedReadings)
      // A board without a battery may begin in 1970, which makes what it finds no older.
      this.#blocks.begin(first, Math.max(now, age.time))
      this.#sql.putRecord.run(ageRecord.kind, ageRecord.key, JSON.stringify(age))
    })
    this.#reserved += reservedReadings
    return {
      runs: this.#sql.runs.all() as Run[],
      floor,
      reserved: this.#reserved,
      series: (this.#sql.series.all() as StoredSeries[]).map(({ channel, ...series }) =>
        channel === null ? series : { ...series, channel: channel! },
      ),
      records,
      age,
      lastRejected: (this.#sql.lastRejected.get() as number | null) ?? 0,
      leftOpen,
      ...this.#size(),
    }
  }

  /** Writes all of it, or throws and has written nothing. */
  commit({ now, batch, series, records, rejected, reserved }: Commit): Size {
    this.#inTransaction(() => {
      // What was rolled back with a failed commit, the open block has counted.
      if (this.#failed) this.#blocks.reopen()
      this.#failed = true
      for (const { id, device, metric, channel, unit } of series)
        this.#sql.addSeries.run(id, device, metric, channel ?? null, unit)
      if (batch) {
        this.#insert(batch)
        this.#blocks.add(batch, now)
      }
      for (const [kind, key, value] of records)
        if (value === null) this.#sql.deleteRecord.run(kind, key)
        else this.#sql.putRecord.run(kind, key, value)
      this.#reject(rejected)
      if (reserved !== this.#reserved) this.#sql.setReserved.run(reserved)
    })
    this.#failed = false
    this.#reserved = reserved
    this.#wal.checkpointSoon()
    return this.#size()
  }

  /** See `WriteAheadLog.truncate`. */
  truncate(): Size {
    this.#wal.truncate()
    return this.#size()
  }

  /** Does a bounded piece of summing up. Whether there may be more. */
  roll(now: Millis, all: boolean): boolean {
    const more = this.#rollup.step(now, all)
    this.#wal.checkpointSoon()
    return more
  }

  /** Drops a few blocks from the old end, where there is reason to. */
  retain(request: Retain): Retained {
    const { droppableTo } = this.#rollup
    let to: Seq | null = null
    this.#inTransaction(() => {
      for (let blocks = 0; blocks < dropBlocks; blocks++) {
        to = this.#dropTo(request)
        if (to === null || to > droppableTo) return
        this.#sql.dropReadings.run(to)
        this.#blocks.drop(to)
        this.#sql.setFloor.run(to)
      }
    })
    this.#wal.checkpointSoon()
    const unrolled = to !== null && to > droppableTo
    const more = to !== null || this.#dropRollups(request)
    return { floor: this.#sql.floor.get() as Seq, unrolled, more, ...this.#size() }
  }

  shift(shift: Shift): void {
    this.#inTransaction(() => this.#blocks.shift(shift))
  }

  /** Gives free pages back to the file system, a bounded number a call. */
  vacuum(): Size {
    this.#db.pragma(`incremental_vacuum(${vacuumPages})`)
    // The file itself is cut with the next checkpoint.
    this.#wal.checkpoint()
    return this.#size()
  }

  /** @throws GatewayError, see `backUp` */
  backup(file: string): Promise<void> {
    return backUp(this.#db, file)
  }

  /** Gives back the numbers above `head`, so that a clean stop leaves no hole, and closes. */
  close(head: Seq | null): void {
    try {
      if (head !== null) this.#inTransaction(() => this.#sql.setReserved.run(head))
    } finally {
      this.#release()
    }
  }

  /** A run that closes gives back the numbers that it did not use. */
  #wasLeftOpen(floor: Seq): boolean {
    const last = (this.#sql.lastReading.get() as Seq | null) ?? 0
    const [run] = (this.#sql.runs.all() as Run[]).slice(-1)
    return this.#reserved >= Math.max(last + 1, run?.first ?? 1, floor)
  }

  #insert({ first, series, time, value, flags, texts }: Batch): void {
    const { addReading, addReadings } = this.#sql
    const atOnce = series.length - (series.length % rowsAtOnce)
    let text = 0
    let row: unknown[] = []
    for (let i = 0; i < series.length; i++) {
      const stored = (flags[i]! & kindMask) === kindText ? Buffer.from(texts[text++]!) : value[i]
      row.push(first + i, series[i], time[i], stored, flags[i])
      if (i >= atOnce) addReading.run(row)
      else if (row.length === 5 * rowsAtOnce) addReadings.run(row)
      else continue
      row = []
    }
  }

  #reject(rejected: readonly RejectedRow[]): void {
    for (const { id, time, source, subject, reason, where, payload } of rejected)
      this.#sql.addRejected.run(id, time, source, subject, reason, where, payload)
    if (rejected.length > 0) this.#sql.dropRejected.run(rejected.at(-1)!.id - this.#rejectedMax)
  }

  #dropTo({ now, before, bytes, floor }: Retain): Seq | null {
    const first = this.#sql.firstReading.get() as Seq | null
    if (first === null) return null
    if (first < floor) return Math.min(floor, first + blockReadings)
    const oldest = this.#blocks.oldest(now)
    // The newest readings are never too much: something else fills the database then.
    const isTooMuch = oldest.full && this.#usedBytes() > bytes
    return oldest.written < before || isTooMuch ? oldest.last + 1 : null
  }

  /** Minutes go before their time only when all readings went already. */
  #dropRollups({ minutesBefore, hoursBefore, bytes }: Retain): boolean {
    return this.#rollup.drop(this.#usedBytes() > bytes ? Number.POSITIVE_INFINITY : minutesBefore, hoursBefore)
  }

  /** Not inside a transaction. */
  #size(): Size {
    return { ...this.#pages(), walBytes: this.#wal.bytes }
  }

  #pages(): Omit<Size, 'walBytes'> {
    return {
      databaseBytes: (this.#sql.pages.get() as number) * pageBytes,
      freeBytes: (this.#sql.freePages.get() as number) * pageBytes,
    }
  }

  #usedBytes(): number {
    const { databaseBytes, freeBytes } = this.#pages()
    return databaseBytes - freeBytes
  }

  #inTransaction(act: () => void): void {
    this.#sql.begin.run()
    try {
      act()
      this.#sql.commit.run()
    } catch (error) {
      if (this.#db.inTransaction) this.#sql.rollback.run()
      throw error
    }
  }
}
