import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const library = fileURLToPath(new URL(`${up()}dist/test/slow-fsync.so`, import.meta.url))
const source = fileURLToPath(new URL(`${up()}test/setup/slow-fsync.c`, import.meta.url))

/** Compiles the shim and returns its path, for LD_PRELOAD; SLOW_FSYNC_MS says how much slower each fsync gets. */
export function compileSlowFsync(): string {
  mkdirSync(fileURLToPath(new URL('./', `file://${library}`)), { recursive: true })
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'])
  return library
}

/** The root, from the sources and from the compiled benchmarks. */
function up(): string {
  return import.meta.url.includes('/dist/') ? '../../../' : '../../'
}
