import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFolder } from '../src/folder.ts'

it('makes what is missing, for us alone, and leaves what is there', () => {
  const root = mkdtempSync(join(tmpdir(), 'rivulet-folder-'))
  try {
    makeFolder(join(root, 'a', 'b', 'c'))
    expect(statSync(join(root, 'a', 'b', 'c')).mode & 0o777).toBe(0o700)
    makeFolder(join(root, 'a', 'b'))
    expect(statSync(join(root, 'a', 'b', 'c')).isDirectory()).toBe(true)
  } finally {
    rmSync(root, { recursive: true })
  }
})

it('gives up where no folder can be', () => {
  expect(() => makeFolder('/proc/rivulet/data')).toThrow(/ENOENT/)
  expect(() => makeFolder('/etc/passwd/data')).toThrow(/ENOTDIR/)
})
