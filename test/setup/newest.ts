import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The latest modification time below the given paths of the project, in ms; 0 where there is nothing. */
export function newest(paths: string[]): number {
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
