import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A serial port made of a real pseudo-terminal, and the device behind it. */
export interface PtyPair {
  /** What the gateway opens: a link to the pseudo-terminal. */
  readonly port: string
  /** What the device has heard since it was plugged in. */
  readonly heard: Buffer
  /** The device speaks; resolves when the terminal has it. */
  write(bytes: Uint8Array | string): Promise<void>
  /** Told of what the gateway sends, for devices that answer. */
  onHeard(listener: (bytes: Buffer) => void): void
  /** Pulls the plug: the port disappears. */
  unplug(): Promise<void>
  /** Plugs it in again, under the same name unless another link is given. */
  replug(port?: string): Promise<void>
  /** Unplugs and cleans up. */
  close(): Promise<void>
}

/** Opens a pair with socat. `port` chooses where the link is made; its folder must be there. */
export async function openPtyPair(port?: string): Promise<PtyPair> {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-pty-'))
  let link = port ?? join(folder, 'ttyUSB0')
  let listener: (bytes: Buffer) => void = () => {}
  let heard = Buffer.alloc(0)
  let socat = await plugIn()

  async function plugIn(): Promise<ChildProcess> {
    const child = spawn('socat', ['-d', '-d', `PTY,link=${link},raw,echo=0`, 'STDIO'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    heard = Buffer.alloc(0)
    child.stdout.on('data', (bytes: Buffer) => {
      heard = Buffer.concat([heard, bytes])
      listener(bytes)
    })
    child.stdin.on('error', () => {})
    let log = ''
    child.stderr.on('data', (text) => {
      log += text
    })
    // The link is there before socat begins to copy.
    for (let i = 0; !log.includes('starting data transfer'); i++) {
      if (child.exitCode !== null || i > 1000) throw new Error(`socat did not start: ${log}`)
      await sleep(10)
    }
    return child
  }

  async function unplug(): Promise<void> {
    if (socat.exitCode !== null || socat.signalCode !== null) return
    const exited = once(socat, 'exit')
    socat.kill('SIGTERM')
    await exited
  }

  return {
    get port() {
      return link
    },
    get heard() {
      return heard
    },
    write: (bytes) =>
      new Promise((resolve, reject) => socat.stdin!.write(bytes, (error) => (error ? reject(error) : resolve()))),
    onHeard(called) {
      listener = called
    },
    unplug,
    async replug(port = link) {
      await unplug()
      link = port
      socat = await plugIn()
    },
    async close() {
      await unplug()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
