import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { GatewayError } from '../../errors.ts'
import type { Millis, Seq } from '../../reading.ts'
import { blockOf, OpenBlock } from '../block.ts'
import { dayMs, hourMs } from '../buckets.ts'
import { lock, pageBytes } from '../database.ts'
import { explain } from '../explain.ts'
import { reservedReadings } from '../messages.ts'
import { rowId } from '../rolled.ts'
import { migrate } from '../schema.ts'
import type { Row, Stored } from './cells.ts'
import { type Survey, surveyed, Tally } from './survey.ts'
import { type TableName, tableNames } from './tables.ts'
import { Wreck } from './wreck.ts'

/**
 * Says what is wrong with the database in a folder, and what of it can be saved.
 * @param into where to save it, as a database that `restoreBackup` takes; not given, nothing is written
 * @throws GatewayError `not-found`: no database there; `conflict`: a gateway runs there, or `into` exists; `unavailable`: no room
 */
export function salvage(folder: string, into?: string): Survey {
  const file = join(resolve(folder), 'rivulet.db')
  if (!existsSync(file)) throw new GatewayError('not-found', `there is no database in ${folder}`, 'correct the path')
  if (into !== undefined && existsSync(into))
    throw new GatewayError('conflict', `${into} exists already`, 'name a new file')
  if (into !== undefined && !existsSync(dirname(resolve(into))))
    throw new GatewayError('not-found', `there is no folder ${dirname(resolve(into))}`, 'make it, or name another')
  const release = lock(file)
  try {
    const wreck = new Wreck(file)
    try {
      const tally = new Tally()
      if (into === undefined) wreck.visit((table, row) => tally.add(table, row))
      else save(wreck, tally, into)
      return surveyed(file, tally, wreck.damage)
    } finally {
      wreck.close()
    }
  } catch (error) {
    throw explain(error, into ?? file)
  } finally {
    release()
  }
}

/** All or not at all: a file that was not finished would be taken for all that there is. */
function save(wreck: Wreck, tally: Tally, into: string): void {
  const partial = join(dirname(resolve(into)), `.${process.pid}.salvaging`)
  const db = new Database(partial)
  try {
    db.pragma(`page_size = ${pageBytes}`)
    db.pragma('auto_vacuum = INCREMENTAL')
    // Whatever ends this leaves nothing behind but a file to remove; it is synced when it is whole.
    db.pragma('journal_mode = OFF')
    migrate(db)
    db.transaction(() => {
      const kept = new Kept(db)
      wreck.visit((table, row) => {
        tally.add(table, row)
        kept.add(table, row)
      })
      kept.finish(new Set(wreck.damage.map(({ table }) => table)))
    })()
    db.close()
    chmodSync(partial, 0o600)
    renameSync(partial, into)
  } finally {
    db.close()
    rmSync(partial, { force: true })
  }
}

/** The new database: rows go in as they are found, and what is derived from them is made anew where it has suffered. */
class Kept {
  readonly #db: Database.Database
  readonly #insert: Record<TableName, Database.Statement>
  /** When the readings of a block had come, by the block. */
  readonly #written = new Map<number, Millis>()

  constructor(db: Database.Database) {
    this.#db = db
    db.exec('DELETE FROM state; DELETE FROM rollup')
    const columnsOf = (table: TableName) => (db.pragma(`table_info(${table})`) as unknown[]).length
    this.#insert = Object.fromEntries(
      tableNames.map((table) => {
        const values = Array.from({ length: columnsOf(table) }, () => '?').join()
        return [table, db.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${values})`)]
      }),
    ) as Record<TableName, Database.Statement>
  }

  add(table: TableName, { key, columns }: Row): void {
    if (table === 'block') this.#written.set(key, columns[5] as Millis)
    // A rowid's own column is stored as null.
    else this.#insert[table].run(...(table === 'record' ? columns : [key, ...columns.slice(1)]))
  }

  finish(damaged: ReadonlySet<TableName>): void {
    this.#nameSeries()
    this.#keepState()
    if (this.#value('SELECT count(*) FROM rollup') === 0 || damaged.has('minutes') || damaged.has('hours'))
      this.#sumUpAnew()
    this.#index()
  }

  /** A reading whose series is not known any more is better than none. */
  #nameSeries(): void {
    this.#db.exec(`
      INSERT INTO series (id, device, metric)
      SELECT DISTINCT series, 'salvaged:series-' || series, 'unknown' FROM reading
      WHERE series NOT IN (SELECT id FROM series)`)
  }

  /** No number may be given again: where nobody knows how far they were reserved, so far at most from what was lost. */
  #keepState(): void {
    const last = this.#value(
      'SELECT max(coalesce((SELECT max(seq) FROM reading), 0), coalesce((SELECT max(first) FROM run), 0))',
    )
    this.#insert.state.run(1, last + 2 * reservedReadings, this.#value('SELECT coalesce(min(seq), 1) FROM reading'))
    this.#db.prepare('UPDATE state SET reserved = max(reserved, ?)').run(last)
  }

  /** Minutes and hours of the time from which there are readings are forgotten; the gateway sums them up from these. */
  #sumUpAnew(): void {
    const earliest = this.#value('SELECT coalesce(min(time), 9007199254740991) FROM reading')
    const [hour, day] = [Math.floor(earliest / hourMs), Math.floor(earliest / dayMs)]
    this.#db.prepare('DELETE FROM minutes WHERE id >= ?').run(rowId(hour, 0))
    this.#db.prepare('DELETE FROM hours WHERE id >= ?').run(rowId(day, 0))
    const never = Number.MIN_SAFE_INTEGER
    this.#insert.rollup.run(1, 0, null, 1, never, never, never)
    this.#db
      .prepare('UPDATE rollup SET upTo = 0, held = NULL, heldFrom = 1, folded = min(folded, ?)')
      .run(rowId(day, 0) - 1)
  }

  /** The block index from the readings; the block at the end is read from them by whoever opens the database. */
  #index(): void {
    const open = new OpenBlock()
    const now = Date.now()
    const some = this.#db.prepare('SELECT seq, series, time FROM reading WHERE seq > ? ORDER BY seq LIMIT 10000').raw()
    for (let rows: [Seq, number, Millis][] = []; ; ) {
      rows = some.all(rows.at(-1)?.[0] ?? 0) as typeof rows
      if (rows.length === 0) return
      for (const [seq, series, time] of rows) {
        if (open.last > 0 && blockOf(open.last) !== blockOf(seq)) this.#write(open, now)
        open.addOne(seq, series, time)
      }
    }
  }

  #write(open: OpenBlock, now: Millis): void {
    for (const { id, first, last, minTime, maxTime, series } of open.finish())
      this.#insert.block.run(id, first, last, minTime, maxTime, this.#written.get(id) ?? now, series)
  }

  #value(sql: string): number {
    return this.#db.prepare<[], Stored>(sql).pluck().get() as number
  }
}
