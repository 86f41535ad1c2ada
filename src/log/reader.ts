import type Database from 'better-sqlite3'
import type { Seq } from '../reading.ts'
import { type Block, blockOf, someCount } from './block.ts'
import type { Rows } from './columns.ts'
import type { TimeRange } from './log.ts'
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

type Want = Pick<ReadRequest, 'choice' | 'times' | 'limit'>
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

  #read({ after, to, choice, times, limit }: ReadRequest): ReadAnswer {
    const floor = this.#sql.floor.get() as Seq
    const from = Math.max(after + 1, floor)
    const found = new RowCollector(Math.min(limit, searchMax))
    const want = { choice, times, limit }
    const next = choice || times ? this.#readSome(from, to, want, found) : this.#readAll(from, to, limit, found)
    return { rows: found.rows(), next: Math.max(next, after), floor }
  }

  #readAll(from: Seq, to: Seq, limit: number, found: RowCollector): Seq {
    const rows = (first: Seq, count: number) => this.#sql.readings.all(first, to, count) as RawRow[]
    return this.#collect(rows, from, Math.min(limit, searchMax), found, null) ? found.lastSeq : to
  }

  #readSome(from: Seq, to: Seq, want: Want, found: RowCollector): Seq {
    const { choice, times, limit } = want
    const list = choice?.ids ? JSON.stringify(choice.ids) : null
    const wanted = list === null ? (choice?.wanted ?? null) : null
    let searched = 0
    for (const [start, last] of this.#stretches(from, to, want)) {
      const rows = (first: Seq, count: number) => this.#rows(first, last, list, times, count)
      if (this.#collect(rows, start, limit, found, wanted)) return found.lastSeq
      searched += last - start + 1
      if (searched >= searchMax) return last
    }
    return to
  }

  #rows(first: Seq, last: Seq, list: string | null, times: TimeRange | null, count: number): RawRow[] {
    const { readings, readingsAt, readingsOf, readingsOfAt } = this.#sql
    if (times === null)
      return (list === null ? readings.all(first, last, count) : readingsOf.all(first, last, list, count)) as RawRow[]
    const { from, to } = times
    return (
      list === null
        ? readingsAt.all(first, last, from, to, count)
        : readingsOfAt.all(first, last, list, from, to, count)
    ) as RawRow[]
  }

  /** Fills `found` with wanted rows from `first` on, as far as `rows` goes. Whether it stopped because it is full. */
  #collect(
    rows: (first: Seq, count: number) => RawRow[],
    first: Seq,
    limit: number,
    found: RowCollector,
    wanted: Uint8Array | null,
  ): boolean {
    for (let from = first; ; ) {
      const asked = wanted ? rowsAtOnce : Math.min(limit - found.length, rowsAtOnce)
      const got = rows(from, asked)
      for (const row of got) {
        if (wanted && wanted[row[1]] !== 1) continue
        found.add(row)
        if (found.length >= limit || found.textBytes > textBytesMax) return true
      }
      if (got.length < asked) return false
      from = got.at(-1)![0] + 1
    }
  }

  /**
   * The stretches in [from, to] that may hold what is wanted: neighbouring blocks joined, up to a search, and what the
   * index does not cover yet.
   */
  *#stretches(from: Seq, to: Seq, { choice, times }: Want): Generator<readonly [Seq, Seq]> {
    const wanted = choice?.wanted
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
          (wanted === undefined || someCount(block.series, (id) => wanted[id] === 1))
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
