import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createProgram } from '../src/cli/program.ts'
import { configKeys } from '../src/config/explain.ts'
import { configSchema } from '../src/config/schema.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

function codeBlock(heading: string, language: string): string {
  const section = readme.slice(readme.indexOf(`\n## ${heading}\n`))
  return new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(section)![1]!
}

describe('the configuration in the README', () => {
  const example = parse(codeBlock('Configuration', 'yaml')) as unknown

  it('has every key that there is', () => {
    expect(configKeys().filter((key) => !isIn(example, key.split('.')))).toEqual([])
  })

  it('has no key or value that would be refused', () => {
    expect(configSchema.safeParse(example).error?.issues).toBeUndefined()
  })

  it('shows the defaults where it names them', () => {
    const defaults = configSchema.parse({})
    const shown = configSchema.parse(example)
    for (const section of ['log', 'limits'] as const) expect(shown[section]).toEqual(defaults[section])
    expect(shown.data).toBe(defaults.data)
    expect({ ...shown.http, tls: undefined }).toEqual({ ...defaults.http, tls: undefined })
  })
})

describe('the commands in the README', () => {
  const described = codeBlock('Commands', '')
  const afterwards = readme.slice(
    readme.indexOf(described) + described.length,
    readme.indexOf('## Reading from programs'),
  )

  it.each(leaves(createProgram()).map((command) => [nameOf(command), command] as const))(
    'describe %s whole',
    (name, command) => {
      const at = described.search(new RegExp(`^${name}( |$)`, 'm'))
      expect(at, name).toBeGreaterThanOrEqual(0)
      const block = described.slice(at).split(/\n(?=rivulet )/)[0]!
      const isReachable = command.options.some(({ long }) => long === '--url')
      const shared = isReachable ? ['--url', '--config', '--data'] : []
      for (const { long } of command.options)
        expect(shared.includes(long!) ? afterwards : block, `${name} ${long}`).toContain(long)
      for (const flag of block.match(/--[a-z]+/g) ?? []) expect(command.options.map(({ long }) => long)).toContain(flag)
    },
  )

  it('are all there are', () => {
    const names = described.match(/^rivulet( [a-z]+)+/gm)!
    expect(names.sort()).toEqual(leaves(createProgram()).map(nameOf).sort())
  })

  it('come with the variables that they read', () => {
    for (const name of ['RIVULET_URL', 'RIVULET_TOKEN', 'NO_COLOR']) expect(readme).toContain(name)
  })
})

/** Whether a key is anywhere: in any entry of a list (`[]`), below any name (`*`). */
function isIn(value: unknown, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return true
  if (typeof value !== 'object' || value === null) return false
  if (step === '*') return Object.values(value).some((below) => isIn(below, rest))
  const [name] = step.split('[]')
  const below = (value as Record<string, unknown>)[name!]
  if (!step.endsWith('[]')) return below !== undefined && isIn(below, rest)
  return Array.isArray(below) && below.some((entry) => isIn(entry, rest))
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()
}
