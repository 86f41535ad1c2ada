import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Row } from './row.ts'
import { printTable } from './row.ts'

/**
 * `npm run bench [-- name…]`: runs the measurements in this folder, each a module that exports `measure(): Promise<Row[]>`,
 * one after the other, and prints one table. Every figure stands beside a raw limit measured in the same run, because
 * machines are noisy and only the ratio travels. With `--peers` it runs other servers of event streams beside Rivulet.
 */
const folder = fileURLToPath(new URL('.', import.meta.url))
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('-'))
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.js'))
  .map((file) => file.slice(0, -'.bench.js'.length))
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort()

process.exitCode = (await (process.argv.includes('--peers') ? peers() : ours())) ? 0 : 1

async function ours(): Promise<boolean> {
  const rows: Row[] = []
  for (const name of names) {
    process.stderr.write(`measuring ${name} …\n`)
    const { measure } = (await import(`./${name}.bench.js`)) as { measure(): Promise<Row[]> }
    rows.push(...(await measure()))
  }
  printTable(rows)
  return rows.every((row) => row.reached !== false)
}

/** False as well when there is nothing to compare with: that is said in one line. */
async function peers(): Promise<boolean> {
  const { comparePeers, missingPeers } = await import('./peers/compare.ts')
  const missing = missingPeers()
  if (missing !== null) process.stderr.write(`${missing}\n`)
  return missing === null && (await comparePeers())
}
