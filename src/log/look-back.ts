import { setImmediate } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import type { Millis, Seq } from '../reading.ts'
import { type Block, blockOf, someCount } from './block.ts'
import { blocksAtOnce } from './reader.ts'

/** A search that takes longer lets others have the thread in between. */
const sliceMs = 20

type BlockRow = Pick<Block, 'first' | 'last' | 'series'>

/** Finds places in the log by its block index: by time, and by counting readings from the newest back. */
export class LookBack {
  readonly #sql: ReturnType<typeof prepare>

  constructor(db: Database.Database) {
    this.#sql = prepare(db)
  }

  /** First sequence number up to `to` whose reading's time is not before `time`; null when there is none. */
  seek(time: Millis, to: Seq): Seq | null {
    let after = 0
    for (;;) {
      const block = this.#sql.blockAtTime.get(time, after, to) as { first: Seq; last: Seq } | undefined
      const [first, last] = block ? [block.first, Math.min(block.last, to)] : [this.#indexed(to) + 1, to]
      const seq = this.#sql.seqAtTime.get(first, last, time) as Seq | undefined
      if (seq !== undefined || !block) return seq ?? null
      // The readings that gave the block its latest time were dropped.
      after = block.last
    }
  }

  /**
   * The lowest number among the `wants[i]` last readings up to `to` of each series `ids[i]`, less one; null when none
   * of them has a reading. Blocks are only counted; the one block that decides is read.
   */
  async seekLast(ids: Uint32Array, wants: Uint32Array, to: Seq): Promise<Seq | null> {
    const need = new Map<number, number>()
    ids.forEach((id, i) => {
      need.set(id, wants[i]!)
    })
    /** Where each series' oldest wanted reading lies: the block, and the how many-th from its end. */
    const oldest = new Map<number, { block: BlockRow; back: number }>()
    const indexed = this.#indexed(to)
    const position = this.#countExactly(indexed + 1, to, need)
    for await (const block of this.#blocksBack(indexed)) {
      if (need.size === 0) break
      if (block.first < (this.#sql.floor.get() as Seq)) {
        // Part of this block was dropped, so that its counts are too high; nothing older is left.
        const exact = this.#countExactly(block.first, block.last, need)
        if (exact !== null) return exact
        break
      }
      someCount(block.series, (id, count) => {
        const wanted = need.get(id)
        if (wanted === undefined) return false
        oldest.set(id, { block, back: Math.min(wanted, count) })
        if (count < wanted) need.set(id, wanted - count)
        else need.delete(id)
        return false
      })
    }
    return this.#lowest(oldest) ?? position
  }

  /** Last sequence number up to `to` of every series that `isWanted` and is still kept; there are `count` such series in all. */
  async lastSeqs(to: Seq, count: number, isWanted: (id: number) => boolean = () => true): Promise<Map<number, Seq>> {
    const indexed = this.#indexed(to)
    const found = new Map<number, Seq>()
    const isMissing = (id: number) => isWanted(id) && !found.has(id)
    const take = (first: Seq, last: Seq) => {
      for (const [id, seq] of this.#sql.lasts.all(first, last) as [number, Seq][]) if (isMissing(id)) found.set(id, seq)
    }
    take(indexed + 1, to)
    for await (const { first, last, series } of this.#blocksBack(indexed)) {
      if (found.size >= count) break
      if (someCount(series, isMissing)) take(first, last)
    }
    return found
  }

  /** Blocks up to the number `to`, newest first. */
  async *#blocksBack(to: Seq): AsyncGenerator<BlockRow> {
    let started = performance.now()
    for (let before = to + 1; ; ) {
      const blocks = this.#sql.blocksBefore.all(blockOf(before), before, blocksAtOnce) as BlockRow[]
      for (const block of blocks) {
        yield block
        if (performance.now() - started > sliceMs) {
          await setImmediate()
          started = performance.now()
        }
      }
      if (blocks.length < blocksAtOnce) return
      before = blocks.at(-1)!.first
    }
  }

  /** Last number up to `to` at which a block of the index ends. */
  #indexed(to: Seq): Seq {
    return (this.#sql.indexed.get(to) as Seq | undefined) ?? 0
  }

  /** Counts down what is needed by the readings themselves; the position before the oldest that counted. */
  #countExactly(first: Seq, last: Seq, need: Map<number, number>): Seq | null {
    let position: Seq | null = null
    for (const [seq, id] of this.#sql.seriesBack.iterate(first, last) as IterableIterator<[Seq, number]>) {
      const wanted = need.get(id)
      if (wanted === undefined) continue
      position = seq - 1
      if (wanted === 1) need.delete(id)
      else need.set(id, wanted - 1)
    }
    return position
  }

  #lowest(oldest: ReadonlyMap<number, { block: BlockRow; back: number }>): Seq | null {
    let lowest: BlockRow | undefined
    for (const { block } of oldest.values()) if (!lowest || block.first < lowest.first) lowest = block
    if (!lowest) return null
    const need = new Map<number, number>()
    for (const [id, { block, back }] of oldest) if (block.first === lowest.first) need.set(id, back)
    return this.#countExactly(lowest.first, lowest.last, need)
  }
}

function prepare(db: Database.Database) {
  return {
    floor: db.prepare('SELECT floor FROM state').pluck(),
    indexed: db.prepare('SELECT last FROM block WHERE last <= ? ORDER BY id DESC LIMIT 1').pluck(),
    blockAtTime: db.prepare(
      'SELECT first, last FROM block WHERE maxTime >= ? AND first > ? AND first <= ? ORDER BY id LIMIT 1',
    ),
    seqAtTime: db
      .prepare('SELECT seq FROM reading WHERE seq BETWEEN ? AND ? AND time >= ? ORDER BY seq LIMIT 1')
      .pluck(),
    blocksBefore: db.prepare(
      'SELECT first, last, series FROM block WHERE id <= ? AND last < ? ORDER BY id DESC LIMIT ?',
    ),
    seriesBack: db.prepare('SELECT seq, series FROM reading WHERE seq BETWEEN ? AND ? ORDER BY seq DESC').raw(),
    lasts: db.prepare('SELECT series, max(seq) FROM reading WHERE seq BETWEEN ? AND ? GROUP BY series').raw(),
  }
}
