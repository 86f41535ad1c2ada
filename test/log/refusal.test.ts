import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { openStore } from '../../src/log/open-store.ts'
import { readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()
const refusal = (folder = place.folder) => openStore({ folder }).catch((error: unknown) => error)

it('refuses a database in use', async () => {
  await place.open()
  expect(await refusal()).toMatchObject({
    name: 'GatewayError',
    code: 'conflict',
    message: `${place.file} is in use by another process`,
    hint: expect.stringContaining('stop the gateway'),
  })
})

it('takes it as soon as the other one is closed', async () => {
  await (await place.open()).close()
  await place.open()
})

it('refuses a database of a newer version, and leaves it as it was', async () => {
  const store = await place.open()
  store.append(readings(3))
  await store.close()
  const db = new Database(place.file)
  db.pragma('user_version = 900')
  db.close()
  expect(await refusal()).toMatchObject({
    name: 'GatewayError',
    code: 'conflict',
    message: expect.stringMatching(/written by a newer Rivulet \(database version 900; this one knows \d+\)/),
    hint: expect.stringContaining('install'),
  })
  const after = new Database(place.file, { readonly: true })
  expect(after.pragma('user_version', { simple: true })).toBe(900)
  expect(after.prepare('SELECT count(*) FROM reading').pluck().get()).toBe(3)
  after.close()
})

it('refuses the database of another program', async () => {
  const db = new Database(place.file)
  db.exec('CREATE TABLE songs (title TEXT)')
  db.close()
  expect(await refusal()).toMatchObject({
    name: 'GatewayError',
    code: 'corrupt',
    message: expect.stringContaining('another program'),
  })
})

it('refuses a file that is no database', async () => {
  await writeFile(place.file, 'this is not a database, whatever its name says'.repeat(100))
  expect(await refusal()).toMatchObject({
    name: 'GatewayError',
    code: 'corrupt',
    message: expect.stringContaining(place.file),
    hint: expect.stringContaining('restore'),
  })
})

it('says so when damage is met while reading, and goes on with the rest', async () => {
  const store = await place.open()
  await store.durable(store.append(readings(20_000)))
  await store.close()
  const file = await open(place.file, 'r+')
  await file.write(Buffer.alloc(64 * 1024, 0xa5), 0, 64 * 1024, 200 * 1024)
  await file.close()

  const said: string[] = []
  const damaged = await place.open({ log: (_level, message) => said.push(message) })
  await expect(damaged.read(0, null, 20_000)).rejects.toMatchObject({ name: 'GatewayError', code: 'corrupt' })
  expect(damaged.health()).toMatchObject({ readErrors: 1, unreadable: expect.stringContaining('check --data') })
  expect((await damaged.read(0, null, 10)).readings).toHaveLength(10)
  expect(damaged.health().unreadable).toBeUndefined()
  await damaged.durable(damaged.append(readings(3)))
  await damaged.dropBelow(19_000)
  expect(damaged.health()).toMatchObject({ state: 'ok', undropped: expect.stringContaining('check --data') })
  expect(said).toContainEqual(expect.stringMatching(/^what is old cannot be dropped: .*rivulet check --data/))
})

it('refuses a folder that cannot be written', async () => {
  const file = join(place.folder, 'file')
  await writeFile(file, '')
  expect(await refusal(join(file, 'data'))).toMatchObject({
    name: 'GatewayError',
    code: 'unavailable',
    message: expect.stringContaining(`cannot write ${file}`),
    hint: expect.stringContaining('--data'),
  })
  await mkdir(join(place.folder, 'rivulet.db'))
  expect(await refusal()).toMatchObject({ name: 'GatewayError', code: 'unavailable' })
})
