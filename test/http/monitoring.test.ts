import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { troubleKinds } from '../../src/ingest/input.ts'
import { startServer } from './harness.ts'
import { ask } from './request.ts'

const page = readFileSync(new URL('../../docs/monitoring.md', import.meta.url), 'utf8')

it('is described whole: every metric that there is, and none that there is not', async () => {
  const server = await startServer()
  const { body } = await ask(server, '/metrics')
  await server.close()
  const names = Array.from(body.matchAll(/^# HELP (\S+) /gm), ([, name]) => name!)
  const named = new Set(page.match(/\b(rivulet|process)_[a-z_]+/g))
  expect([...named].sort()).toEqual([...new Set(names)].sort())
})

it('says what to do about every trouble of an input', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('|'))
  for (const kind of troubleKinds) expect(rows.filter((row) => row.includes(`\`${kind}\``)).length, kind).toBe(1)
})
