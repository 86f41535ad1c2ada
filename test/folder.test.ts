import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { handOver, makeFolder } from '../src/folder.ts'

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

it('gives what root makes to the owner of its folder, as a service is', () => {
  const root = mkdtempSync(join(tmpdir(), 'rivulet-folder-'))
  try {
    const owner = process.getuid!() === 0 ? 65_534 : process.getuid!()
    chownSync(root, owner, process.getgid!())
    writeFileSync(join(root, 'file'), '')
    handOver(join(root, 'file'))
    expect(statSync(join(root, 'file')).uid).toBe(owner)
  } finally {
    rmSync(root, { recursive: true })
  }
})
