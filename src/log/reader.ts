import type Database from 'better-sqlite3'
import type { Seq } from '../reading.ts'
import { type Block, blockOf, someCount } from './block.ts'
import type { Rows } from './columns.ts'
import type { ReadAnswer, ReadRequest, RejectedRow } from './messages.ts'
import { type RawRow, RowCollector } from './rows.ts'

/** Readings one call searches at most: some 30 ms on a Raspberry Pi, while others wait for this thread. */
export const searchMax = 65_536

/** A page with more text than this ends early: text is in memory twice while it crosses. */
const textBytesMax = 4 * 1024 * 1024

/** Rows fetched in one go: faster than one by one, and their text is not held back by `textBytesMax`. */
const rowsAtOnce = 1024

/** Rows of the block index looked at in one go: 2,000,000 readings. */
export const blocksAtOnce = 512

type Want = Pick<ReadRequest, 'ids' | 'times' | 'limit'>
type BlockRow = Omit<Block, 'id'>

/** Reads pages. It lives in a thread of its own, so that a long search never delays a commit. */
export class Reader {
  readonly #sql: ReturnType<typeof prepare>
  readonly #inSnapshot: (request: ReadRequest) => ReadAnswer

  constructor(db: Database.Database) {
    this.#sql = prepare(db)
    this.#inSnapshot = db.transaction((request: ReadRequest) => this.#read(request))
  }

  /** At most `limit` readings in (after, to], of the wanted series, from a bounded search. */
  read(request: ReadRequest): ReadAnswer {
    return this.#inSnapshot(request)
  }

  /** The readings of those sequence numbers that are still kept. */
  pick(seqs: Float64Array): Rows {
    const found = new RowCollector(seqs.length)
    for (const seq of seqs) {
      const row = this.#sql.reading.get(seq) as RawRow | undefined
      if (row) found.add(row)
    }
    return found.rows()
  }

  /** Rejected messages with an id below `before`, newest first. */
  rejected(limit: number, before: number): RejectedRow[] {
    return this.#sql.rejected.all(before, limit) as RejectedRow[]
  }

  #read({ after, to, ids, times, limit }: ReadRequest): ReadAnswer {
    const floor = this.#sql.floor.get() as Seq
    const from = Math.max(after + 1, floor)
    const found = new RowCollector(Math.min(limit, searchMax))
    const next =
      ids || times ? this.#readSome(from, to, { ids, times, limit }, found) : this.#readAll(from, to, limit, found)
    return { rows: found.rows(), next: Math.max(next, after), floor }
  }

  #readAll(from: Seq, to: Seq, limit: number, found: RowCollector): Seq {
    const rows = (first: Seq, count: number) => this.#sql.readings.all(first, to, count)
    return this.#collect(rows, from, Math.min(limit, searchMax), found) ? found.lastSeq : to
  }

  #readSome(from: Seq, to: Seq, want: Want, found: RowCollector): Seq {
    const { ids, times, limit } = want
    const list = ids && JSON.stringify([...ids])
    let searched = 0
    for (const [start, last] of this.#stretches(from, to, want)) {
      const rows = (first: Seq, count: number) => {
        if (times === null) return this.#sql.readingsOf.all(first, last, list, count)
        if (list === null) return this.#sql.readingsAt.all(first, last, times.from, times.to, count)
        return this.#sql.readingsOfAt.all(first, last, list, times.from, times.to, count)
      }
      if (this.#collect(rows, start, limit, found)) return found.lastSeq
      searched += last - start + 1
      if (searched >= searchMax) return last
    }
    return to
  }

  /** Fills `found` from `first` on, as far as `rows` goes. Whether it stopped because `found` is full. */
  #collect(rows: (first: Seq, count: number) => unknown[], first: Seq, limit: number, found: RowCollector): boolean {
    for (let from = first; ; from = found.lastSeq + 1) {
      const asked = Math.min(limit - found.length, rowsAtOnce)
      const got = rows(from, asked)
      for (const row of got) found.add(row as RawRow)
      if (found.length >= limit || found.textBytes > textBytesMax) return true
      if (got.length < asked) return false
    }
  }

  /**
   * The stretches in [from, to] that may hold what is wanted: neighbouring blocks joined, up to a search, and what the
   * index does not cover yet.
   */
  *#stretches(from: Seq, to: Seq, { ids, times }: Want): Generator<readonly [Seq, Seq]> {
    const wanted = ids && bitmap(ids)
    let first = 0
    let last = 0
    let at = from
    // Few at first: a filter that matches often has its page from the first blocks.
    for (let count = 16; ; count = blocksAtOnce) {
      const blocks = this.#sql.blocks.all(blockOf(at), at, to, count) as BlockRow[]
      for (const block of blocks) {
        at = block.last + 1
        const hit =
          (times === null || (block.maxTime >= times.from && block.minTime < times.to)) &&
          (wanted === null || someCount(block.series, (id) => wanted[id] === 1))
        const joins = hit && first > 0 && block.last - first < searchMax
        if (first > 0 && !joins) {
          yield [first, last]
          first = 0
        }
        if (hit) {
          if (first === 0) first = Math.max(from, block.first)
          last = Math.min(to, block.last)
        }
      }
      if (blocks.length < count) break
    }
    if (first > 0) yield [first, last]
    if (at <= to) yield [at, to]
  }
}

function prepare(db: Database.Database) {
  const columns = 'SELECT seq, series, time, value, flags FROM reading'
  const inSet = 'series IN (SELECT value FROM json_each(?))'
  const inRange = 'time >= ? AND time < ?'
  return {
    floor: db.prepare('SELECT floor FROM state').pluck(),
    reading: db.prepare(`${columns} WHERE seq = ?`).raw(),
    readings: db.prepare(`${columns} WHERE seq BETWEEN ? AND ? ORDER BY seq LIMIT ?`).raw(),
    // The set comes as JSON, so that one statement serves sets of any size.
    readingsOf: db.prepare(`${columns} WHERE seq BETWEEN ? AND ? AND ${inSet} ORDER BY seq LIMIT ?`).raw(),
    readingsAt: db.prepare(`${columns} WHERE seq BETWEEN ? AND ? AND ${inRange} ORDER BY seq LIMIT ?`).raw(),
    readingsOfAt: db
      .prepare(`${columns} WHERE seq BETWEEN ? AND ? AND ${inSet} AND ${inRange} ORDER BY seq LIMIT ?`)
      .raw(),
    blocks: db.prepare(
      'SELECT first, last, minTime, maxTime, series FROM block WHERE id >= ? AND last >= ? AND first <= ? ORDER BY id LIMIT ?',
    ),
    rejected: db.prepare(
      `SELECT id, time, source, subject, reason, place AS "where", payload FROM rejected WHERE id < ? ORDER BY id DESC LIMIT ?`,
    ),
  }
}

/** 1 at every id named. */
function bitmap(ids: Uint32Array): Uint8Array {
  const wanted = new Uint8Array((ids.at(-1) ?? 0) + 1)
  for (const id of ids) wanted[id] = 1
  return wanted
}
