import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of package.json: sources and build lie at different depths below it. */
const root = ['../', '../../']
  .map((up) => new URL(up, import.meta.url))
  .find((url) => existsSync(new URL('package.json', url)))!

/** As in package.json. */
export const version: string = (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string })
  .version

/** Where Vite has put the page. */
export const pageFolder: string = fileURLToPath(new URL('dist/web/', root))
