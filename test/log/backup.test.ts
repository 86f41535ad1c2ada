import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readAll } from './contract.ts'
import { readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()

it('copies everything that was given until then, while more comes in', async () => {
  const store = await place.open()
  for (let i = 0; i < 10; i++) await store.durable(store.append(readings(10_000)))
  store.append(readings(5))
  store.records.put('names', 'a', '"Attic"')
  const { head } = store
  const copy = join(place.folder, 'copy.db')
  let copied = false
  const backup = store.backup(copy).then(() => {
    copied = true
  })
  while (!copied) {
    store.append(readings(100))
    store.commitSoon()
    await store.durable(store.head)
  }
  await backup
  expect(store.head).toBeGreaterThan(head)

  const folder = join(place.folder, 'restored')
  await mkdir(folder)
  await copyFile(copy, join(folder, 'rivulet.db'))
  const restored = await place.open({ folder })
  const { read } = await readAll(restored, 0, null, 50_000)
  expect(read.length).toBeGreaterThanOrEqual(head)
  expect(read).toEqual((await readAll(store, 0, null, 50_000)).read.slice(0, read.length))
  expect(restored.records.get('names', 'a')).toBe('"Attic"')
  // Numbers that the original gives after the backup are not given by the copy.
  expect(restored.head).toBeGreaterThan(store.head)
})

it('writes over no file, and leaves none behind when it fails', async () => {
  const store = await place.open()
  const file = join(place.folder, 'mine')
  await writeFile(file, '')
  await expect(store.backup(file)).rejects.toMatchObject({ name: 'GatewayError', code: 'conflict' })
  await expect(store.backup(join(place.folder, 'none', 'copy'))).rejects.toMatchObject({
    name: 'GatewayError',
    code: 'unavailable',
  })
})
