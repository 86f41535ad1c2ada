import Database from 'better-sqlite3'
import { expect } from 'vitest'
import { blockOf, encodeCounts } from '../../src/log/block.ts'

/** Holds the block index of a closed database against its readings; a block that was partly dropped may say too much. */
export function expectBlocksAreRight(file: string): void {
  const db = new Database(file, { readonly: true })
  const floor = db.prepare('SELECT floor FROM state').pluck().get() as number
  const blocks = db.prepare('SELECT id, first, last, minTime, maxTime, series FROM block ORDER BY id').all() as {
    id: number
    first: number
    last: number
  }[]
  const rows = db.prepare('SELECT series, time FROM reading WHERE seq BETWEEN ? AND ? ORDER BY seq').raw()
  let indexed = 0
  for (const block of blocks) {
    expect(block.first).toBeGreaterThan(indexed)
    indexed = block.last
    if (block.first < floor) continue
    const readings = rows.all(block.first, block.last) as [number, number][]
    const counts = new Map<number, number>()
    for (const [series] of readings) counts.set(series, (counts.get(series) ?? 0) + 1)
    const times = readings.map(([, time]) => time)
    expect({ ...block, series: Buffer.from((block as { series?: Uint8Array }).series!).toString('hex') }).toEqual({
      id: blockOf(block.first),
      first: block.first,
      last: block.last,
      minTime: Math.min(...times),
      maxTime: Math.max(...times),
      series: Buffer.from(encodeCounts(counts)).toString('hex'),
    })
  }
  // Nothing lies between the blocks, and what they do not cover yet is less than a block.
  const covered = 'SELECT count(*) FROM reading WHERE NOT EXISTS (SELECT 1 FROM block WHERE seq BETWEEN first AND last)'
  expect(db.prepare(`${covered} AND seq < ?`).pluck().get(indexed)).toBe(0)
  expect(db.prepare(`${covered} AND seq / 4096 < (SELECT max(seq) / 4096 FROM reading)`).pluck().get()).toBe(0)
  db.close()
}
