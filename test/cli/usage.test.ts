import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { rivulet } from './run.ts'

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

describe('the command line', () => {
  it('prints its version and its help', async () => {
    expect(await rivulet(['--version'])).toEqual({ code: 0, signal: null, out: `${manifest.version}\n`, err: '' })
    const help = await rivulet(['--help'])
    expect(help).toMatchObject({ code: 0, err: '' })
    expect(help.out).toContain('Usage: rivulet')
  })

  it('gives help with an example for every command', () => {
    for (const command of commandsOf(createProgram())) {
      let text = ''
      command.configureOutput({ writeOut: (part) => (text += part) })
      command.outputHelp()
      expect(text, command.name()).toMatch(/Example:\n {2}\$ rivulet /)
      expect(command.description(), command.name()).not.toBe('')
    }
  })

  it.each([
    [['tail', '--metrc', 'x'], "unknown option '--metrc'; did you mean --metric?"],
    [['bogus'], "unknown command 'bogus'; --help lists those there are"],
    [['start', '--prot', '80'], "unknown option '--prot'; --help lists those there are"],
    [['tial'], "unknown command 'tial'; did you mean tail?"],
    [
      ['tail', '--last', 'many'],
      "option '--last <n>' argument 'many' is invalid. Write a whole number from 0 to 100000.",
    ],
    [
      ['tail', '--deadband', '-1'],
      "option '--deadband <width>' argument '-1' is invalid. Write a number above 0, such as 0.5.",
    ],
    [['tail', '--last', '1', '--after', '2'], "option '--after <id>' cannot be used with option '--last <n>'"],
    [
      ['export', '--format', 'xml'],
      "option '--format <format>' argument 'xml' is invalid. Allowed choices are csv, ndjson.",
    ],
    [['check', 'a', 'b'], "too many arguments for 'check'. Expected 1 argument but got 2; --help shows what it takes"],
    [['backup'], "missing required argument 'file'; --help shows what it takes"],
    [['devices', '--url', 'pi:8080'], '"pi:8080" is no URL; write one such as http://raspberrypi.local:8080'],
  ])('names what is wrong with %j in one line, and exits with 2', async (args, message) => {
    expect(await rivulet(args)).toEqual({ code: 2, signal: null, out: '', err: `rivulet: ${message}\n` })
  })

  it('shows the help where no command is given, and exits with 2', async () => {
    const { code, out, err } = await rivulet([])
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('Usage: rivulet')
  })
})

function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)]
}
