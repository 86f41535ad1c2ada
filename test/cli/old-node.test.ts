import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { transformWithOxc } from 'vite'
import { describe, expect, it } from 'vitest'
import { bin } from './run.ts'

const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  engines: { node: string }
}
const oldest = engines.node.replace('>=', '')

/** Runs `rivulet --version` in a Node.js that takes itself for another one. */
function runAs(version: string): Promise<{ code: unknown; out: string; err: string }> {
  const posing = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const args = ['--import', `data:text/javascript,${encodeURIComponent(posing)}`, bin, '--version']
  return new Promise((resolve) =>
    execFile(process.execPath, args, (error, out, err) => resolve({ code: error?.code ?? 0, out, err })),
  )
}

describe('a Node.js that is too old', () => {
  it.each(['12.22.12', '18.19.0', '20.18.3'])(
    '%s is told so in one line, with what is needed and what to do',
    async (version) => {
      const { code, out, err } = await runAs(version)
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toBe(
        `rivulet: Node.js ${version} (${process.execPath}) is too old, ${oldest} is the oldest that will do; ` +
          'on Raspberry Pi OS trixie (Debian 13) run: sudo apt install nodejs npm; ' +
          'for older ones see https://github.com/nodesource/distributions\n',
      )
    },
  )

  it('can read the file that tells it: nothing newer than ECMAScript 2015 is in it, and nothing is loaded before', async () => {
    const text = readFileSync(bin, 'utf8')
    const written = async (target: string) => (await transformWithOxc(text, bin, { target, sourcemap: false })).code
    expect(await written('es2015')).toBe(await written('esnext'))
    expect(text).not.toMatch(/\bawait\b|\bfrom '|^import '/m)
  })
})

it.each([`${oldest}.0`, '22.0.0'])('a Node.js %s will do', async (version) => {
  expect(await runAs(version)).toMatchObject({ code: 0, err: '' })
})
