import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect } from 'node:net'
import { until } from './until.ts'

/** A program that listens on a port of loopback. */
export interface Listening {
  readonly port: number
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

/**
 * Starts a program that was told to listen on `port` and to write into `folder` only; resolves when it listens.
 * @throws Error with what it printed when it ends before
 */
export async function startListener(
  program: string,
  args: readonly string[],
  folder: string,
  port: number,
): Promise<Listening> {
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output += chunk))
  await until(`${program} listens`, () => {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}: ${output}`)
    return answers(port)
  })
  return { port, stop: () => stop(child, folder) }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  const exited = once(child, 'exit')
  child.kill()
  await exited
  rmSync(folder, { recursive: true, force: true })
}
