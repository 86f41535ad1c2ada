import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { restoreBackup } from '../../src/log/restore.ts'
import { salvage } from '../../src/log/salvage/salvage.ts'
import type { SqliteStore } from '../../src/log/sqlite-store.ts'
import { expectBlocksAreRight } from './block-check.ts'
import { readAll } from './contract.ts'
import { readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()
const pageBytes = 1024
const count = 12_000

/** Readings of some hours ago in ten series, summed up, with a record and a rejected message. */
async function fill(store: SqliteStore): Promise<void> {
  const hourAgo = Date.now() - 3 * 3_600_000
  store.append(readings(count).map((reading, i) => ({ ...reading, time: hourAgo + i })))
  store.records.put('token', 'k', '{"admin":true}')
  store.quarantine.add({
    time: 1,
    source: 's',
    subject: 't',
    reason: 'json_syntax',
    where: 'message',
    payload: new Uint8Array(4000),
  })
  store.commitSoon()
  await store.durable(count)
  await store.retain()
}

beforeEach(async () => {
  const store = await place.open()
  await fill(store)
  await store.close()
})

/** The pages of a table's tree: its root first, leaves last. */
function pagesOf(table: string): { root: number; inner: number[]; leaves: number[] } {
  const db = new Database(place.file, { readonly: true })
  const rows = db.prepare('SELECT pageno, pagetype FROM dbstat WHERE name = ? ORDER BY path').raw().all(table) as [
    number,
    string,
  ][]
  const root = db.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table) as number
  db.close()
  const of = (type: string) => rows.filter(([page, kind]) => kind === type && page !== root).map(([page]) => page)
  return { root, inner: of('internal'), leaves: of('leaf') }
}

function damage(page: number, bytes = Buffer.alloc(pageBytes, 0xa5), offset = 0): void {
  const fd = openSync(place.file, 'r+')
  writeSync(fd, bytes, 0, bytes.length, (page - 1) * pageBytes + offset)
  closeSync(fd)
}

/** Saves what can be saved, puts it in the place of the database, and opens it. */
async function saveAndOpen() {
  const copy = join(place.folder, 'saved.db')
  const survey = salvage(place.folder, copy)
  restoreBackup(copy, place.folder)
  const store = await place.open()
  const { read } = await readAll(store, 0, null)
  return { survey, store, read }
}

it('finds nothing wrong with a database that is whole, and saves all of it', async () => {
  expect(salvage(place.folder)).toMatchObject({
    problems: [],
    lost: null,
    rows: { reading: count, rejected: 1 },
  })
  const { store, read } = await saveAndOpen()
  expect(read).toHaveLength(count)
  expect(store.records.get('token', 'k')).toBe('{"admin":true}')
  expect((await store.quarantine.list({ limit: 9 })).map(({ payload }) => payload.length)).toEqual([4000])
  await store.close()
  expectBlocksAreRight(place.file)
})

it('takes along what is in the write-ahead log only', async () => {
  const store = await place.open()
  await store.durable(store.append(readings(100)))
  // As a power cut would leave it: the files, and nobody who had closed them.
  const [file, wal] = [readFileSync(place.file), readFileSync(`${place.file}-wal`)]
  await store.close()
  writeFileSync(place.file, file)
  writeFileSync(`${place.file}-wal`, wal)
  expect(salvage(place.folder)).toMatchObject({ problems: [], rows: { reading: count + 100 } })
})

describe('a damaged page', () => {
  it('in the middle of the readings costs those on it, and their number and time are told', async () => {
    const { leaves } = pagesOf('reading')
    damage(leaves[100]!)
    const { survey, store, read } = await saveAndOpen()
    const lost = count - read.length
    expect(lost).toBeGreaterThan(20)
    expect(lost).toBeLessThan(80)
    expect(survey.problems).toEqual([`page ${leaves[100]}, of the table reading, cannot be read`])
    expect(survey.lost).toMatchObject({ readings: lost })
    expect(store.append(readings(1))).toBeGreaterThan(count)
    await store.close()
    expectBlocksAreRight(place.file)
  })

  it('above the readings costs none: their pages are found all the same', async () => {
    const { root, inner } = pagesOf('reading')
    damage(inner[1]!)
    expect(salvage(place.folder)).toMatchObject({ rows: { reading: count }, lost: null })
    damage(root)
    const { store, read } = await saveAndOpen()
    expect(read.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, i) => i + 1))
    await store.close()
    expectBlocksAreRight(place.file)
  })

  it('that looks as it should, in the place of another, is noticed by the pages that nothing leads to', async () => {
    const { root, leaves } = pagesOf('reading')
    damage(root, readFileSync(place.file).subarray((leaves[7]! - 1) * pageBytes, leaves[7]! * pageBytes))
    const { survey, store, read } = await saveAndOpen()
    expect(survey.problems.length).toBeGreaterThan(0)
    expect(read).toHaveLength(count)
    await store.close()
  })

  it('half written costs what is on the other half', async () => {
    const { leaves } = pagesOf('reading')
    damage(leaves[100]!, Buffer.alloc(512), 512)
    const { read, store } = await saveAndOpen()
    expect(read.length).toBeGreaterThan(count - 40)
    expect(read.length).toBeLessThan(count)
    expect(read.every(({ seq, value }) => value === (seq - 1) / 4)).toBe(true)
    await store.close()
  })

  it('at the beginning, with the schema, costs nothing', async () => {
    damage(1)
    await expect(place.open()).rejects.toMatchObject({ code: 'corrupt', hint: expect.stringContaining('check --data') })
    const { survey, store, read } = await saveAndOpen()
    expect(survey).toMatchObject({ problems: ['file is not a database'], lost: null })
    expect(read).toHaveLength(count)
    expect(store.records.get('token', 'k')).toBe('{"admin":true}')
  })

  it('of the block index costs nothing: it is made anew', async () => {
    const { root } = pagesOf('block')
    damage(root)
    const { survey, store, read } = await saveAndOpen()
    expect(survey.problems).toEqual([`page ${root}, of the table block, cannot be read`])
    expect(read).toHaveLength(count)
    await store.close()
    expectBlocksAreRight(place.file)
  })

  it('of the charts costs nothing while there are the readings', async () => {
    const times = { from: Date.now() - 86_400_000, to: Date.now() + 1 }
    const before = await place.open()
    const drawn = await before.history({ filter: null, times, points: 24 })
    await before.close()
    damage(pagesOf('minutes').root)
    const { survey, store } = await saveAndOpen()
    expect(survey.problems).toHaveLength(1)
    await store.retain()
    expect(await store.history({ filter: null, times, points: 24 })).toEqual(drawn)
  })

  it('of the names costs the names, and no number is given again without them', async () => {
    damage(pagesOf('series').root)
    damage(pagesOf('state').root)
    damage(pagesOf('run').root)
    const { store, read } = await saveAndOpen()
    expect(read).toHaveLength(count)
    expect(read[0]).toMatchObject({ device: 'salvaged:series-1', metric: 'unknown' })
    expect(store.append(readings(1))).toBeGreaterThan(1_000_000 + count)
  })
})

it('refuses where a gateway runs, where there is nothing, and to write over a file', async () => {
  expect(() => salvage(join(place.folder, 'other'))).toThrow(expect.objectContaining({ code: 'not-found' }))
  expect(() => salvage(place.folder, place.file)).toThrow(expect.objectContaining({ code: 'conflict' }))
  const nowhere = join(place.folder, 'none/saved.db')
  expect(() => salvage(place.folder, nowhere)).toThrow(expect.objectContaining({ code: 'not-found' }))
  await place.open()
  expect(() => salvage(place.folder)).toThrow(expect.objectContaining({ code: 'conflict' }))
})
