import type { Path } from './source.ts'

/** What the command line says about the configuration; it is stronger than the file. */
export interface ConfigFlags {
  readonly data?: string
  /** HOST:PORT */
  readonly http?: string
  /** HOST:PORT or `off` */
  readonly mqtt?: string
  /** PORT[:PROFILE], besides those of the file. */
  readonly serial?: readonly string[]
  /** Listen on all addresses, where the file names none beyond loopback. */
  readonly lan?: boolean
}

/** The file's value with the flags laid over it, and which flag a path came from. */
export interface Overlay {
  readonly value: unknown
  flagOf(path: Path): string | undefined
}

/** Lays the flags over what the file says. What is no map in the file stays as it is, for the schema to refuse. */
export function overlayFlags(input: unknown, flags: ConfigFlags): Overlay {
  if (input !== undefined && input !== null && !isMap(input)) return { value: input, flagOf: () => undefined }
  const value: Record<string, unknown> = { ...input }
  const origins = new Map<string, string>()
  const set = (section: string, key: string, given: string | undefined, flag: string) => {
    if (given === undefined || (value[section] !== undefined && !isMap(value[section]))) return
    value[section] = { ...(value[section] as object | undefined), [key]: given }
    origins.set(`${section}.${key}`, flag)
  }
  if (flags.data !== undefined) {
    value.data = flags.data
    origins.set('data', '--data')
  }
  set('http', 'listen', flags.http, '--http')
  set('mqtt', 'listen', flags.mqtt, '--mqtt')
  if (flags.serial && (value.serial === undefined || Array.isArray(value.serial))) {
    const listed: unknown[] = (value.serial as unknown[] | undefined) ?? []
    for (const i of flags.serial.keys()) origins.set(`serial.${listed.length + i}`, '--serial')
    value.serial = [...listed, ...flags.serial.map(serialEntry)]
  }
  return {
    value,
    flagOf: (path) =>
      path.map((_, i) => origins.get(path.slice(0, i + 1).join('.'))).find((flag) => flag !== undefined),
  }
}

/**
 * PORT[:PROFILE]. Names below /dev/serial/by-path hold colons, but what follows them (`1.0-port0`) is no profile name:
 * those begin with a letter and have no dot.
 */
function serialEntry(text: string): Record<string, string> {
  const match = /^(.+):([a-z][a-z0-9-]*)$/.exec(text)
  return match ? { port: match[1]!, profile: match[2]! } : { port: text }
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
