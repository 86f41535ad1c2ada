import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'

const prefix = 'rivulet-tests-'

/**
 * Gives a test run a folder of its own, below which tests make theirs. Runs that were ended in the middle cannot clean up: the next
 * one does it for them.
 * @throws Error at the end, with the names, when a test has left something behind
 */
export default function openTemporaryFolder(): () => void {
  // Each project sets up; the first one does it for all.
  if (process.env.RIVULET_TESTS !== undefined) return () => undefined
  const parent = tmpdir()
  for (const name of readdirSync(parent)) if (name.startsWith(prefix)) removeAbandoned(join(parent, name))
  const folder = mkdtempSync(join(parent, `${prefix}${process.pid}-`))
  // What the tests start inherits both.
  process.env.TMPDIR = folder
  process.env.RIVULET_TESTS = folder
  return () => {
    const left = readdirSync(folder)
    rmSync(folder, { recursive: true, force: true })
    if (left.length === 0) return
    // Vitest tells what a teardown throws, and says that all went well.
    process.exitCode = 1
    throw new Error(`tests have left behind: ${left.join(', ')}`)
  }
}

function removeAbandoned(folder: string): void {
  const pid = Number.parseInt(basename(folder).slice(prefix.length), 10)
  // An earlier process may have had our own id.
  if (pid !== process.pid && isRunning(pid)) return
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // Another user's, who alone can remove it.
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
