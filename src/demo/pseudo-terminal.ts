import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { GatewayError } from '../errors.ts'

/** One end of a serial line without a wire: what is written here can be read at `path`. */
export interface PseudoTerminal {
  /** Device file of the other end, such as `/dev/pts/3`. */
  readonly path: string
  /** Bytes that nobody reads at the other end are lost once its buffer is full, as on a wire. */
  write(bytes: Uint8Array): void
  close(): Promise<void>
}

/** Long enough on a busy Raspberry Pi, short enough to be waited for at a start. */
const openMs = 5_000

/**
 * Opens a pseudo-terminal with `script`, which every Debian has (package bsdutils, "essential"), since Node cannot open
 * one by itself. Inside, a shell names the device, lets go of it (or the gateway would take it for another reader), and
 * waits on a pipe that closes with this process, however that ends.
 * @throws GatewayError `unavailable` where there is no `script` of util-linux
 */
export async function openPseudoTerminal(): Promise<PseudoTerminal> {
  const inside = 'stty raw -echo && tty >&4 && exec cat <&3 >/dev/null 2>&1'
  const child = spawn('script', ['--quiet', '--flush', '--command', inside, '/dev/null'], {
    stdio: ['pipe', 'ignore', 'ignore', 'pipe', 'pipe'],
  })
  const [input, , , life, names] = child.stdio
  for (const stream of [input, life, names]) stream?.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const close = async () => {
    // The shell ends with the pipe, and `script` with the shell.
    for (const stream of [life, input, names]) stream?.destroy()
    await ended
  }
  try {
    const path = await Promise.race([nameOf(names as NodeJS.ReadableStream), ended.then(() => ''), later(openMs)])
    if (!path.startsWith('/dev/')) throw new Error('no pseudo-terminal')
    const line = input as Writable
    return { path, write: (bytes) => void (line.writableNeedDrain || line.write(bytes)), close }
  } catch (error) {
    await close()
    throw new GatewayError(
      'unavailable',
      'no pseudo-terminal for a simulated serial sensor',
      'install `script` of util-linux (on Debian: apt-get install bsdutils)',
      { cause: error },
    )
  }
}

async function nameOf(stream: NodeJS.ReadableStream): Promise<string> {
  const [text] = (await once(stream, 'data')) as [Buffer]
  return text.toString().trim()
}

async function later(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve(''), ms).unref())
}
