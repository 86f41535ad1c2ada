import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { families } from '../../devices/index.ts'
import { rivulet } from '../cli/run.ts'
import { familyTable } from './family-table.ts'

const path = fileURLToPath(new URL('../../devices/README.md', import.meta.url))
const readme = readFileSync(path, 'utf8')

const folder = mkdtempSync(join(tmpdir(), 'rivulet-tutorial-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('lists the families as they are (npm run families writes the list anew)', async () => {
  const section = /(<!-- families -->\n).*?(<!-- \/families -->)/s
  expect(readme).toMatch(section)
  await expect(readme.replace(section, (_, from, to) => `${from}${familyTable(families)}\n${to}`)).toMatchFileSnapshot(
    path,
  )
})

it('leads from bytes to a profile with files that pass and commands that print what it says', async () => {
  for (const [, name, text] of readme.matchAll(/^```yaml (\S+)\n(.*?)^```/gms)) {
    mkdirSync(join(folder, dirname(name!)), { recursive: true })
    writeFileSync(join(folder, name!), text!)
  }
  const checked = await rivulet(['check'], { cwd: folder })
  expect(checked.err).toBe('')
  expect(checked.code).toBe(0)
  const input = block('capture')
  const { out, code } = await rivulet(['decode', '--profile', 'soil-probe', '--hex'], { cwd: folder, input })
  expect(code).toBe(0)
  // Each line begins with the time.
  expect(out.replace(/^\S+ +/gm, '')).toBe(block('decoded'))
})

function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(readme)![1]!
}
