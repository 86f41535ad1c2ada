import { accessSync, chownSync, constants, existsSync, mkdirSync, statSync } from 'node:fs'
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

/** What to do about a disk that takes no writes, whoever asks: Linux mounts one so when it has failed. */
export const readOnlyHint =
  'see dmesg: a card that fails is mounted so; exchange it, or choose another folder with --data'

/** Whether the disk is mounted read-only on which a folder, or the nearest one above it, lies. */
export function isOnReadOnlyDisk(path: string): boolean {
  if (!existsSync(path) && dirname(path) !== path) return isOnReadOnlyDisk(dirname(path))
  try {
    accessSync(path, constants.W_OK)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EROFS'
  }
}

/**
 * Gives a file that root has made to whom its folder belongs: a service's own user could not open it otherwise, and systemd
 * looks at the owner of a StateDirectory, not of what is in it.
 */
export function handOver(path: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(dirname(path))
  try {
    chownSync(path, uid, gid)
  } catch {
    // A root without that right, as in some containers: then nobody else is meant to read here either.
  }
}
