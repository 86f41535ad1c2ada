import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../src/log/open-store.ts'
import { rivulet } from './run.ts'

it('rivulet restore puts a backup in the place of the database, and says where the former one is', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'rivulet-restore-'))
  const store = await openStore({ folder: join(cwd, 'mine') })
  await store.backup(join(cwd, 'copy.db'))
  await store.close()
  const { code, err } = await rivulet(['restore', 'copy.db', '--data', 'mine'], { cwd })
  expect({ code, lines: err.trim().split('\n') }).toEqual({
    code: 0,
    lines: [
      `${cwd}/mine/rivulet.db is back as it was in copy.db`,
      expect.stringMatching(/^what was there is now .*mine\/rivulet.db.before-\S+; remove it/),
    ],
  })
  expect(await rivulet(['restore', 'other.db', '--data', 'mine'], { cwd })).toMatchObject({
    code: 1,
    err: 'rivulet: there is no file other.db; correct the path\n',
  })
  expect(await rivulet(['restore', '.', '--data', 'mine'], { cwd })).toMatchObject({
    code: 1,
    err: 'rivulet: . is no file; name the backup itself\n',
  })
  rmSync(cwd, { recursive: true })
})

it('leaves the service its files when root restores: sudo rivulet restore … --data /var/lib/rivulet', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'rivulet-restore-'))
  const store = await openStore({ folder: join(cwd, 'mine') })
  await store.backup(join(cwd, 'copy.db'))
  await store.close()
  const service = process.getuid!() === 0 ? 65_534 : process.getuid!()
  mkdirSync(join(cwd, 'state'), { mode: 0o700 })
  chownSync(join(cwd, 'state'), service, process.getgid!())
  expect(await rivulet(['restore', 'copy.db', '--data', 'state'], { cwd })).toMatchObject({ code: 0 })
  const owners = readdirSync(join(cwd, 'state')).map((name) => [name, statSync(join(cwd, 'state', name)).uid])
  expect(owners).toContainEqual(['rivulet.db', service])
  expect(owners.filter(([, uid]) => uid !== service)).toEqual([])
  rmSync(cwd, { recursive: true })
})
