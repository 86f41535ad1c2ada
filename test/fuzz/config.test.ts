import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { checkConfig, problemLine } from '../../src/config/load.ts'
import fc from '../setup/properties.ts'
import { fuzzRuns, fuzzTimeout, MemoryWatch } from './runs.ts'

const runs = fuzzRuns(300)
const cwd = mkdtempSync(join(tmpdir(), 'rivulet-'))
afterAll(() => rmSync(cwd, { recursive: true }))

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const example = /```yaml\n(data: .*?)```/s.exec(readme)![1]!
const keys = [
  'data',
  'http',
  'mqtt',
  'serial',
  'devices',
  'profiles',
  'log',
  'limits',
  'listen',
  'tls',
  'brokers',
  'url',
]

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('127.0.0.1:8080', '10s', '2GB', 'off', '${env:NONE}', '${env:', '1e999', '\0', '../..', '[::]:1'),
)
const shaped = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    value,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys), tie('node'), { maxKeys: 4 }),
  ),
})).node
/** The README's example with a piece cut out, repeated or replaced. */
const mutated = fc
  .tuple(fc.nat(example.length), fc.nat(40), fc.string({ unit: 'binary', maxLength: 10 }))
  .map(([at, length, text]) => example.slice(0, at) + text + example.slice(at + length))
const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`)}]`).join('\n')}\n`
const input = fc.oneof(
  { weight: 4, arbitrary: mutated },
  { weight: 4, arbitrary: shaped.map((node) => stringify(node)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
)

it(`reads ${runs} files that make no sense, and says of each what is wrong in lines`, {
  timeout: fuzzTimeout(300),
}, (context) => {
  const file = join(cwd, 'rivulet.yaml')
  const memory = new MemoryWatch()
  let refused = 0
  const check = (text: string) => {
    writeFileSync(file, text)
    const { config, problems } = checkConfig({ cwd, env: {} })
    expect(config !== null || problems.length > 0).toBe(true)
    if (problems.length > 0) refused++
    memory.look()
    for (const line of problems.map(problemLine)) {
      expect(line).toMatch(/\S/)
      expect(line, text).not.toMatch(/[\n\r\0]|\bundefined\b|\[object|\.[jt]s:\d/)
    }
  }
  fc.assert(fc.property(input, check), {
    numRuns: runs,
    examples: [[bomb], ['profiles: "\\0"\n'], ['"a\\nb": 1\n'], ['"'], ['- '.repeat(2000)], ['\t']],
  })
  memory.tell(context, { subject: 'configuration files', inputs: runs, refused })
  expect(refused).toBeGreaterThan(runs / 4)
})
