import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'

export interface Mosquitto {
  readonly port: number
  /** Its own folder, gone after `stop`: a place for certificates and password files. */
  readonly folder: string
  /** Stops the broker as a reboot would and starts it again on the same port; with `persistence true` it keeps its sessions. */
  restart(): Promise<void>
  /** Stops the broker and leaves port and folder for a later `restart`. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export interface MosquittoOptions {
  /** Lines of mosquitto.conf after the first listener's own: settings of that listener, then further ones. */
  readonly config?: string | ((folder: string) => string)
  readonly port?: number
}

/** Starts a real mosquitto on a free loopback port, open to anonymous clients unless `config` says otherwise. */
export async function startMosquitto({ config = '', port: wanted }: MosquittoOptions = {}): Promise<Mosquitto> {
  const port = wanted ?? (await freePort())
  const folder = mkdtempSync(join(tmpdir(), 'mosquitto-'))
  const extra = typeof config === 'function' ? config(folder) : config
  const anonymous = /^allow_anonymous/m.test(extra) ? '' : 'allow_anonymous true\n'
  // As root it would change to the user `mosquitto`, who cannot read the temporary folder.
  const base = `user root\npersistence_location ${folder}/\nlistener ${port} 127.0.0.1\n${anonymous}`
  writeFileSync(join(folder, 'mosquitto.conf'), base + extra)
  let broker = await run(folder, port)
  const kill = async () => {
    if (broker.exitCode !== null || broker.signalCode !== null) return
    const exited = once(broker, 'exit')
    broker.kill('SIGTERM')
    await exited
  }
  return {
    port,
    folder,
    kill,
    async restart() {
      await kill()
      broker = await run(folder, port)
    },
    async stop() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function run(folder: string, port: number): Promise<ChildProcess> {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }
  const broker = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  broker.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4000)
  })
  while (!(await accepts(port))) {
    if (broker.exitCode !== null) throw new Error(`mosquitto ended at once: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return broker
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })
}
