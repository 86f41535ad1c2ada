import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The built command. */
export const bin = fileURLToPath(new URL('../../dist/src/cli/rivulet.js', import.meta.url))

export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string | Uint8Array
}

/** Starts the built command as a user would, without whatever the test's own environment says about gateways. */
export function spawnRivulet(args: readonly string[], { cwd, env }: RunOptions = {}): ChildProcess {
  const { PATH = '', HOME = '' } = process.env
  return spawn(process.execPath, [bin, ...args], { ...(cwd && { cwd }), env: { PATH, HOME, ...env } })
}

/** Runs it to its end. */
export async function rivulet(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawnRivulet(args, options)
  let out = ''
  let err = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdin!.on('error', () => undefined)
  child.stdin!.end(options.input ?? '')
  return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, out, err })))
}
