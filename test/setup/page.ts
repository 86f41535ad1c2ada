import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { newest } from './newest.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The gateway serves the built page, so tests in a browser begin with a build that is up to date. */
export default function buildPage(): void {
  if (newest(['dist/web']) > newest(['web', 'src', 'vite.config.ts', 'package.json'])) return
  execFileSync('npx', ['vite', 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
}
