import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore } from '../../src/log/open-store.ts'
import { restoreBackup } from '../../src/log/restore.ts'
import type { Reading } from '../../src/reading.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-restore-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const data = () => join(folder, 'data')
const file = () => join(folder, 'data/rivulet.db')
const copy = () => join(folder, 'copy.db')

function readings(count: number): Reading[] {
  return Array.from({ length: count }, (_, i) => ({ device: 'a:b', metric: 'm', unit: 'V', value: i, time: 1000 + i }))
}

/** A database with ten readings, a backup of it, and five more readings. */
async function backedUp(): Promise<string> {
  const store = await openStore({ folder: data(), commit: { ageMs: 20 } })
  store.append(readings(10))
  await store.backup(copy())
  await store.durable(store.append(readings(5)))
  await store.close()
  return store.runs.at(-1)!.id
}

describe('restoring a backup', () => {
  it('brings its readings back, and gives no number again', async () => {
    await backedUp()
    const { kept } = restoreBackup(copy(), data())
    const store = await openStore({ folder: data() })
    const page = await store.read(0, null, 100)
    expect(page.readings.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(store.append(readings(1))).toBeGreaterThan(15)
    await store.close()
    expect(readdirSync(data()).filter((name) => name.includes('restoring'))).toEqual([])
    expect(kept).toMatch(/rivulet\.db\.before-\d{8}T\d{6}Z$/)
    copyFileSync(kept!, file())
    const before = await openStore({ folder: data() })
    expect(before.head).toBe(15)
    await before.close()
  })

  it('ends the run of the backup where its readings end, so that later positions are known to be gone', async () => {
    const run = await backedUp()
    restoreBackup(copy(), data())
    const store = await openStore({ folder: data() })
    const i = store.runs.findIndex(({ id }) => id === run)
    expect(store.runs[i + 1]!.first).toBe(11)
    expect(new Set(store.runs.map(({ id }) => id)).size).toBe(store.runs.length)
    await store.close()
  })

  it('takes the write-ahead log of an unclean stop away with its database', async () => {
    await backedUp()
    writeFileSync(`${file()}-wal`, 'left over')
    writeFileSync(`${file()}-shm`, 'left over')
    const { kept } = restoreBackup(copy(), data())
    expect(existsSync(`${kept}-wal`)).toBe(true)
    const store = await openStore({ folder: data() })
    expect((await store.read(0, null, 100)).readings).toHaveLength(10)
    await store.close()
  })

  it('keeps the database of each of two restores in one second', async () => {
    await backedUp()
    writeFileSync(`${file()}-wal`, 'left over')
    const first = restoreBackup(copy(), data()).kept
    const second = restoreBackup(copy(), data()).kept
    expect(second).not.toBe(first)
    for (const kept of [first, second]) expect(existsSync(kept!)).toBe(true)
    expect([existsSync(`${first}-wal`), existsSync(`${second}-wal`)]).toEqual([true, false])
  })

  it('works into an empty folder', async () => {
    await backedUp()
    rmSync(data(), { recursive: true })
    expect(restoreBackup(copy(), data()).kept).toBeNull()
    const store = await openStore({ folder: data() })
    expect((await store.read(0, null, 100)).readings).toHaveLength(10)
    await store.close()
  })

  it('is refused while a gateway runs there', async () => {
    await backedUp()
    const store = await openStore({ folder: data() })
    expect(() => restoreBackup(copy(), data())).toThrow(expect.objectContaining({ code: 'conflict' }))
    await store.close()
  })

  it.each([
    ['a file that is no database', () => writeFileSync(copy(), 'hello '.repeat(1000)), 'corrupt'],
    ['a file that is not there', () => rmSync(copy()), 'not-found'],
    ['an empty file', () => writeFileSync(copy(), ''), 'corrupt'],
    ['half a backup', () => truncateSync(copy(), statSync(copy()).size / 2), 'corrupt'],
  ])('leaves everything as it was for %s', async (_, spoil, code) => {
    await backedUp()
    spoil()
    expect(() => restoreBackup(copy(), data())).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(copy()) }),
    )
    const store = await openStore({ folder: data() })
    expect(store.head).toBe(15)
    await store.close()
    expect(readdirSync(data()).filter((name) => /restoring|before/.test(name))).toEqual([])
  })
})
