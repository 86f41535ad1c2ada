import { spawn } from 'node:child_process'
import { mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../src/log/open-store.ts'
import { readings } from '../log/sample.ts'
import { describeMounting, mountSmallDisk, type SmallDisk } from '../setup/small-disk.ts'
import { bin, rivulet } from './run.ts'

const why =
  'mounted read-only; see dmesg: a card that fails is mounted so; exchange it, or choose another folder with --data'

describeMounting('a disk that is mounted read-only', import.meta.url, () => {
  let cwd: string
  let data: string
  let disk: SmallDisk
  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'rivulet-read-only-'))
    data = join(cwd, 'card/data')
    disk = mountSmallDisk(join(cwd, 'card'), 8)
    const store = await openStore({ folder: data })
    await store.durable(store.append(readings(100)))
    await store.close()
    disk.makeReadOnly()
  })
  afterEach(() => {
    disk.unmount()
    rmSync(cwd, { recursive: true })
  })

  it('is what start and doctor say, whether the data folder is there or not', async () => {
    const flags = ['--mqtt', 'off', '--http', '127.0.0.1:0']
    expect(await rivulet(['start', '--data', data, ...flags], { cwd })).toMatchObject({
      code: 1,
      err: `rivulet: the disk of ${data}/rivulet.db is ${why}\n`,
    })
    expect((await rivulet(['start', '--data', `${data}2`, ...flags], { cwd })).err).toContain('a card that fails')
    const { out } = await rivulet(['doctor', '--data', data], { cwd })
    expect(out.replace(/ +/g, ' ')).toContain(`wrong data the disk of ${data} is ${why}\n`)
  })

  it('does not make a whole database damaged, and all of it can be saved elsewhere', async () => {
    const looked = await rivulet(['check', '--data', data], { cwd })
    expect(looked).toMatchObject({
      code: 0,
      out: expect.stringContaining(`the database in ${data}: ok\n  100 readings`),
    })
    await rivulet(['check', '--data', data, '--salvage', 'saved.db'], { cwd })
    await rivulet(['restore', 'saved.db', '--data', 'data'], { cwd })
    expect((await rivulet(['check', '--data', 'data'], { cwd })).out).toContain('ok\n  100 readings')
  })
})

it('output that finds no room ends a command with 1 and one line', async () => {
  const child = spawn(process.execPath, [bin, 'check', '--schema'], {
    stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
  })
  let err = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1)
  expect(err).toBe('rivulet: output cannot be written (ENOSPC); make room on that disk\n')
})
