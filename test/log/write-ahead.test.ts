import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { expect, it, vi } from 'vitest'
import { readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()
const megabyte = 1024 * 1024
const walBytes = () => statSync(`${place.file}-wal`).size

it('writes its log ahead back while it runs', async () => {
  const store = await place.open()
  await write(store, 40)
  expect(walBytes()).toBeLessThan(20 * megabyte)
})

it('begins its log ahead anew at 32 MB, as soon as nobody reads, and never waits for those who do', async () => {
  const store = await place.open()
  const other = new Database(place.file, { readonly: true })
  other.exec('BEGIN')
  other.prepare('SELECT * FROM state').get()
  expect(await write(store, 40)).toBeLessThan(4000)
  expect(walBytes()).toBeGreaterThan(32 * megabyte)
  other.exec('COMMIT')
  other.close()
  await vi.waitFor(
    async () => {
      await write(store, 1)
      await store.read(0, null, 10)
      expect(walBytes()).toBeLessThan(9 * megabyte)
    },
    { timeout: 10_000 },
  )
})

/** Commits so many megabytes, one a commit. Returns how long the longest took, in ms. */
async function write(store: Awaited<ReturnType<typeof place.open>>, count: number): Promise<number> {
  let longest = 0
  for (let i = 0; i < count; i++) {
    store.records.put('test', 'large', `"${String(Math.random()).repeat(megabyte / 20)}"`)
    store.append(readings(1))
    store.commitSoon()
    await store.durability.durable(store.durability.head)
    longest = Math.max(longest, store.health().lastCommitMs)
  }
  return longest
}
