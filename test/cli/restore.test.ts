import { mkdtempSync, rmSync } from 'node:fs'
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
  rmSync(cwd, { recursive: true })
})
