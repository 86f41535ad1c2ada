import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { plain, roughly, table } from '../../src/cli/terminal.ts'
import { bin } from './run.ts'

describe('on a terminal', () => {
  let cwd: string
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'rivulet-terminal-'))
  })
  afterEach(() => rmSync(cwd, { recursive: true }))

  /** Runs a command with a pseudo-terminal for its input and output. */
  function onTerminal(args: string, env: Record<string, string> = {}, input = ''): string {
    const command = `'${process.execPath}' '${bin}' ${args}`
    const { PATH = '' } = process.env
    return execFileSync('script', ['--quiet', '--command', command, '/dev/null'], {
      cwd,
      env: { PATH, TERM: 'xterm-256color', ...env },
      encoding: 'utf8',
      input,
    })
  }

  it('output is coloured, and plain with NO_COLOR', () => {
    expect(onTerminal('check')).toContain('\u001b[32mok\u001b[39m')
    expect(onTerminal('check', { NO_COLOR: '1' })).not.toContain('\u001b')
    expect(onTerminal('check', { TERM: 'dumb' })).not.toContain('\u001b')
  })

  it('a password is asked for twice and not shown', () => {
    const out = onTerminal('user hash', {}, 'open sesame\nopen sesame\n')
    expect(out).toMatch(/scrypt\$16384\$8\$1\$/)
    expect(out).toContain('Once more: ')
    expect(onTerminal('user hash', {}, 'open sesame\nother\n')).toContain('the two passwords differ')
  })
})

describe('text', () => {
  it('from the network cannot move the cursor, name the window or turn the direction of writing', () => {
    expect(plain('a\u001b[2Jb\u009bc\u202ed\r\n')).toBe('a\\u{1b}[2Jb\\u{9b}c\\u{202e}d\\u{d}\\u{a}')
    expect(plain('Küche 21 °C 日本')).toBe('Küche 21 °C 日本')
  })

  it('stands in columns', () => {
    expect(
      table([
        ['a', 'bb', 'c'],
        ['aaa', 'b', ''],
      ]),
    ).toBe('a    bb  c\naaa  b')
  })

  it('says roughly how long ago something was', () => {
    expect([-5, 400, 99_000, 100_000, 7_200_000, 400_000_000].map(roughly)).toEqual([
      '0 s',
      '0 s',
      '99 s',
      '2 min',
      '2 h',
      '5 d',
    ])
  })
})
