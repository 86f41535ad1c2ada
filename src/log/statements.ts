import type Database from 'better-sqlite3'

/** How the rows of a statement come: as objects, as arrays, or as the value of their one column. */
interface Query {
  readonly sql: string
  readonly as: 'object' | 'array' | 'value'
}
const run = (sql: string): Query => ({ sql, as: 'object' })
const objects = (sql: string): Query => ({ sql, as: 'object' })
const arrays = (sql: string): Query => ({ sql, as: 'array' })
const value = (sql: string): Query => ({ sql, as: 'value' })

/** A statement that inserts some rows costs half of what as many statements do, most of it on the way into SQLite. */
export const rowsAtOnce = 16
const row = '(?, ?, ?, ?, ?)'

/** The statements of the thread that writes. */
const queries = {
  begin: run('BEGIN IMMEDIATE'),
  commit: run('COMMIT'),
  rollback: run('ROLLBACK'),

  reserved: value('SELECT reserved FROM state'),
  setReserved: run('UPDATE state SET reserved = ?'),
  floor: value('SELECT floor FROM state'),
  setFloor: run('UPDATE state SET floor = ?'),

  /** Runs in order. */
  runs: objects('SELECT id, first FROM run ORDER BY n'),
  addRun: run('INSERT INTO run (id, first) VALUES (?, ?)'),
  /** Those that have no readings, but for the newest of them. */
  pruneRuns: run(
    `DELETE FROM run WHERE n IN (
       SELECT n FROM (SELECT n, first, lead(first) OVER (ORDER BY n) AS ended FROM run)
       WHERE NOT EXISTS (SELECT 1 FROM reading WHERE seq >= first AND (seq < ended OR ended IS NULL))
       ORDER BY n DESC LIMIT -1 OFFSET ?)`,
  ),

  series: objects('SELECT id, device, metric, channel, unit FROM series ORDER BY id'),
  addSeries: run('INSERT INTO series VALUES (?, ?, ?, ?, ?)'),

  addReading: run(`INSERT INTO reading VALUES ${row}`),
  /** `rowsAtOnce` of them. */
  addReadings: run(`INSERT INTO reading VALUES ${Array(rowsAtOnce).fill(row).join(', ')}`),
  firstReading: value('SELECT min(seq) FROM reading'),
  lastReading: value('SELECT max(seq) FROM reading'),
  dropReadings: run('DELETE FROM reading WHERE seq < ?'),

  /** As arrays of kind, key, value. */
  records: arrays('SELECT kind, key, value FROM record'),
  putRecord: run('INSERT INTO record VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'),
  deleteRecord: run('DELETE FROM record WHERE kind = ? AND key = ?'),

  lastRejected: value('SELECT max(id) FROM rejected'),
  addRejected: run('INSERT INTO rejected VALUES (?, ?, ?, ?, ?, ?, ?)'),
  dropRejected: run('DELETE FROM rejected WHERE id <= ?'),

  pages: value('PRAGMA page_count'),
  freePages: value('PRAGMA freelist_count'),
}

export type Statements = Readonly<Record<keyof typeof queries, Database.Statement>>

export function prepare(db: Database.Database): Statements {
  const prepared = Object.entries<Query>(queries).map(([name, { sql, as }]) => {
    const statement = db.prepare(sql)
    return [name, as === 'value' ? statement.pluck() : as === 'array' ? statement.raw() : statement]
  })
  return Object.fromEntries(prepared) as Statements
}
