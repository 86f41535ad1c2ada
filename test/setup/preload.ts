import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL(import.meta.url.includes('/dist/') ? '../../../' : '../../', import.meta.url))

/** Compiles a shim in C and returns the path of the library, for LD_PRELOAD. `source` is relative to the root. */
export function compilePreload(source: string): string {
  const folder = join(root, 'dist/test')
  const library = join(folder, basename(source).replace(/\.c$/, '.so'))
  mkdirSync(folder, { recursive: true })
  // Beside it first: a process that has the former one loaded would be ended by its being written over.
  const fresh = `${library}.${process.pid}`
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', fresh, join(root, source), '-ldl'])
  renameSync(fresh, library)
  return library
}
