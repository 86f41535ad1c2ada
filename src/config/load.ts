import { readFileSync, statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { GatewayError } from '../errors.ts'
import type { Config } from './config.ts'
import { configKeys, explain, pathText } from './explain.ts'
import { type ConfigFlags, overlayFlags } from './flags.ts'
import { resolveConfig } from './resolve.ts'
import { parseSoundPart } from './sound-part.ts'
import { fileBytesMax, type Path, type Problem, readSource } from './source.ts'

export interface LoadOptions {
  /** Must exist where given; else `rivulet.yaml` in the working folder is read if there is one. */
  readonly file?: string | undefined
  readonly flags?: ConfigFlags
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  /** Names a serial port's `profile` may have; unchecked where absent. */
  readonly profileNames?: readonly string[] | undefined
  /** Those of them for which `addresses` may be listed; unchecked where absent. */
  readonly addressedProfiles?: readonly string[] | undefined
}

/** What a check found: the configuration, or every problem at once, in the order of the file. */
export interface Checked {
  readonly config: Config | null
  readonly problems: readonly Problem[]
  /** Folder with the user's own profiles, whatever else is wrong; null where there is none. */
  readonly profiles: string | null
  /** The file that was read; null where there was none. */
  readonly file: string | null
}

/** How commands reach a gateway that runs elsewhere. */
export interface ClientSettings {
  readonly url?: string
  readonly token?: string
}

/** Reads rivulet.yaml and the command line's flags. */
export function checkConfig(options: LoadOptions = {}): Checked {
  const { flags = {}, env = process.env, cwd = process.cwd() } = options
  const { file, text, problem } = readConfigFile(options.file, cwd)
  if (problem) return { config: null, problems: [problem], profiles: null, file }
  const source = file === null ? null : readSource(relative(cwd, file) || file, text, env)
  const problems: Problem[] = [...(source?.problems ?? [])]
  if (source && source.value === undefined && problems.length > 0)
    return { config: null, problems, profiles: null, file }

  const overlay = overlayFlags(withoutEmptyKeys(source?.value), flags)
  const origin = {
    where: (path: Path, at: 'key' | 'value') => overlay.flagOf(path) ?? source?.where(path, at) ?? 'the command line',
    isSecret: (path: Path) => source?.isSecret(path) ?? false,
  }
  const { issues, part } = parseSoundPart(overlay.value, source?.unset ?? [])
  problems.push(...issues.flatMap((issue) => explain(issue, overlay.value, origin)))
  const config =
    part &&
    resolveConfig(part.parsed, {
      file,
      cwd,
      flags,
      profileNames: options.profileNames,
      addressedProfiles: options.addressedProfiles,
      nameOf: (path) => pathText(part.placeOf(path)),
      problem: (path, what, instead) => {
        const place = part.placeOf(path)
        // It may be for want of what was left out.
        if (!part.isTorn(place)) problems.push({ where: origin.where(place, 'value'), what, instead })
      },
    })
  const isRight = problems.length === 0
  return { config: isRight ? config : null, problems: inFileOrder(problems), profiles: config?.profiles ?? null, file }
}

/** @throws GatewayError `config` with every problem on a line of its own */
export function requireConfig({ config, problems }: Pick<Checked, 'config' | 'problems'>): Config {
  if (config && problems.length === 0) return config
  throw new GatewayError('config', problems.map(problemLine).join('\n'))
}

/** One line for a person: `file:line:column: what is wrong; what to write`. */
export function problemLine({ where, what, instead }: Problem): string {
  // A name in the file may hold what would begin another line.
  return `${where}: ${what}; ${instead}`.replace(/[\0-\x1f\x7f]/g, (char) => JSON.stringify(char).slice(1, -1))
}

/** Where the data is, for commands that talk to a running gateway: other mistakes in the file are not theirs. */
export function dataFolder(
  options: { file?: string | undefined; data?: string | undefined; cwd?: string } = {},
): string {
  const { cwd = process.cwd() } = options
  if (options.data !== undefined) return resolve(cwd, options.data)
  const { file, text, problem } = readConfigFile(options.file, cwd)
  if (problem) throw new GatewayError('config', problemLine(problem))
  if (file === null) return resolve(cwd, 'data')
  const value = readSource(file, text, process.env).value as { data?: unknown } | null | undefined
  return resolve(file, '..', typeof value?.data === 'string' ? value.data : 'data')
}

/** RIVULET_URL and RIVULET_TOKEN. */
export function clientSettings(env: Readonly<Record<string, string | undefined>> = process.env): ClientSettings {
  return {
    ...(env.RIVULET_URL && { url: env.RIVULET_URL }),
    ...(env.RIVULET_TOKEN && { token: env.RIVULET_TOKEN }),
  }
}

interface ConfigText {
  readonly file: string | null
  readonly text: string
  readonly problem?: Problem
}

function readConfigFile(named: string | undefined, cwd: string): ConfigText {
  const file = resolve(cwd, named ?? 'rivulet.yaml')
  const fail = (what: string, instead: string) => ({
    file,
    text: '',
    problem: { where: named ?? 'rivulet.yaml', what, instead },
  })
  try {
    if (statSync(file).size > fileBytesMax) return fail('larger than 1 MiB', 'name the configuration file')
    return { file, text: readFileSync(file, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && named === undefined) return { file: null, text: '' }
    if (code === 'ENOENT')
      return fail('there is no such file', 'correct the path, or leave it out to run without a file')
    if (code === 'EISDIR') return fail('is a folder', 'name the file in it')
    return fail(`cannot be read (${code})`, 'let the user who runs rivulet read it')
  }
}

/**
 * A known key with nothing behind it, as in `mqtt:` with every line below commented out, counts as not written.
 * Unknown keys stay, to be reported.
 */
function withoutEmptyKeys(value: unknown): unknown {
  const known = new Set(configKeys().map((path) => path.split('.').at(-1)!.replace('[]', '')))
  const strip = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(strip)
    if (typeof part !== 'object' || part === null) return part
    const kept = Object.entries(part).filter(([key, below]) => below !== null || !known.has(key))
    return Object.fromEntries(kept.map(([key, below]) => [key, strip(below)]))
  }
  return strip(value)
}

/** By line, so that a person can walk down the file; what a flag said comes last. */
function inFileOrder(problems: Problem[]): Problem[] {
  const line = ({ where }: Problem) => {
    const match = /:(\d+):(\d+)$/.exec(where)
    return match ? Number(match[1]) * 10_000 + Number(match[2]) : Number.MAX_SAFE_INTEGER
  }
  return problems.toSorted((a, b) => line(a) - line(b))
}
