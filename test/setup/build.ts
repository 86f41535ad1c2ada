import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Worker threads and child processes run the compiled files, so a test run begins with a build that is up to date. */
export default function build(): void {
  if (newest(['dist/src', 'dist/devices']) > newest(['src', 'devices', 'package.json', 'tsconfig.build.json'])) return
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
}

/** The latest modification time below the given paths, in ms; 0 where there is nothing. */
function newest(paths: string[]): number {
  let latest = 0
  for (const path of paths) {
    const from = join(root, path)
    const stat = statSync(from, { throwIfNoEntry: false })
    if (!stat) continue
    const files = stat.isDirectory() ? readdirSync(from, { recursive: true, encoding: 'utf8' }) : ['']
    for (const file of files) {
      const entry = statSync(join(from, file))
      if (entry.isFile()) latest = Math.max(latest, entry.mtimeMs)
    }
  }
  return latest
}
