import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, it, vi } from 'vitest'
import type { SqliteStore } from '../../src/log/sqlite-store.ts'
import { patienceMs } from '../setup/patience.ts'
import { readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()
const megabyte = 1024 * 1024
const walBytes = () => statSync(`${place.file}-wal`).size

it('writes its log ahead back while it runs', async () => {
  const store = await place.open()
  expect((await write(store, 40)).walBytes).toBeLessThan(20 * megabyte)
})

it('begins its log ahead anew at 32 MB although somebody always reads', async () => {
  const store = await place.open()
  for (let i = 0; i < 10; i++) await store.durable(store.append(readings(20_000)))
  let reading = true
  const readers = [1, 2, 3].map(async () => {
    while (reading) await store.read(0, null, 65_536)
  })
  // Commits go on until the pages being read are done, which on a busy machine takes a while.
  let [before, after] = [0, 0]
  while (after >= before && after < 500 * megabyte) [before, after] = [after, (await write(store, 1)).walBytes]
  reading = false
  await Promise.all(readers)
  expect(before).toBeGreaterThan(32 * megabyte)
  expect(after).toBeLessThan(before)
})

it('never waits for another program that reads', async () => {
  const store = await place.open()
  const other = new Database(place.file, { readonly: true })
  other.exec('BEGIN')
  other.prepare('SELECT * FROM state').get()
  const { commitMs, walBytes: most } = await write(store, 40)
  expect(commitMs).toBeLessThan(4000)
  expect(most).toBeGreaterThan(32 * megabyte)
  other.exec('COMMIT')
  other.close()
  await vi.waitFor(
    async () => {
      await write(store, 1)
      await store.read(0, null, 10)
      expect(walBytes()).toBeLessThan(9 * megabyte)
    },
    { timeout: patienceMs },
  )
})

/** Commits so many megabytes, one a commit. Returns how long the longest took, and the largest log ahead. */
async function write(store: SqliteStore, count: number): Promise<{ commitMs: number; walBytes: number }> {
  const most = { commitMs: 0, walBytes: 0 }
  for (let i = 0; i < count; i++) {
    store.records.put('test', 'large', `"${String(Math.random()).repeat(megabyte / 20)}"`)
    store.append(readings(1))
    store.commitSoon()
    await store.durability.durable(store.durability.head)
    most.commitMs = Math.max(most.commitMs, store.health().lastCommitMs)
    most.walBytes = Math.max(most.walBytes, walBytes())
  }
  return most
}
