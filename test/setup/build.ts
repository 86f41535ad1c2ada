import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { newest } from './newest.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Worker threads and child processes run the compiled files, so a test run begins with a build that is up to date. */
export default function build(): void {
  if (newest(['dist/src', 'dist/devices']) > newest(['src', 'devices', 'package.json', 'tsconfig.build.json'])) return
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
}
