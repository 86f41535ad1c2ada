import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder that only we can enter, and those above it where they are missing; one that is there stays as it is.
 * Node's own `recursive` never returns below a folder that says ENOENT to everybody, such as /proc (seen with 20.20).
 * @throws NodeJS.ErrnoException as mkdir(2) says
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    makeFolder(dirname(path))
    mkdirSync(path, { mode: 0o700 })
  }
}
