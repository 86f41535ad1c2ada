import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'

const mebibyte = 1024 * 1024

/** A file system of a few megabytes: a disk that is really full, and really has room again. */
export interface SmallDisk {
  fill(): void
  clear(): void
  /** As the kernel does when a card has failed. */
  makeReadOnly(): void
  unmount(): void
}

export function mountSmallDisk(folder: string, mebibytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', folder])
  const ballast = (i: number) => join(folder, `ballast-${i}`)
  return {
    fill() {
      // In pieces: what does not fit leaves none of its bytes behind where it is a whole file.
      for (let i = 0; i < mebibytes; i++)
        try {
          writeFileSync(ballast(i), Buffer.alloc(mebibyte))
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        }
    },
    clear() {
      for (let i = 0; i < mebibytes; i++) rmSync(ballast(i), { force: true })
    },
    makeReadOnly: () => void execFileSync('mount', ['-o', 'remount,ro', folder]),
    unmount: () => void execFileSync('umount', ['--lazy', folder]),
  }
}

/** Declares tests that mount: for everybody but root they run in a name space of their own, where everybody may. */
export function describeMounting(name: string, url: string, tests: () => void): void {
  if (process.getuid?.() === 0) describe(name, tests)
  else
    it(`${name} passes in a name space of its own`, () => {
      const unshared = ['--user', '--map-root-user', '--mount']
      execFileSync('unshare', [...unshared, 'npx', 'vitest', 'run', fileURLToPath(url)], { stdio: 'inherit' })
    }, 3_600_000)
}
