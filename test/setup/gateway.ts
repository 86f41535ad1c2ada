import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { request as requestHttps } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

const program = fileURLToPath(new URL(bin(), import.meta.url))

/** Compiled benchmarks lie one folder deeper than the tests that vitest reads. */
function bin(): string {
  return import.meta.url.includes('/dist/') ? '../../src/cli/rivulet.js' : '../../dist/src/cli/rivulet.js'
}

/** What the first line of the program says runs it: a build does not make it executable. */
function interpreter(): string {
  return /^#!\S+ -S (.+)$/m.exec(readFileSync(program, 'utf8'))![1]!
}

export interface GatewayProcess {
  readonly url: string
  readonly mqttPort: number
  readonly folder: string
  readonly data: string
  /** Everything it printed so far. */
  readonly output: () => string
  readonly pid: () => number
  /** Milliseconds from spawning to the first 200 of /readyz. */
  readonly readyMs: () => number
  /** JSON of a GET; over TCP. */
  get<T = unknown>(path: string): Promise<T>
  /** SIGTERM and wait, or another signal. Returns the exit code, null when a signal ended it. */
  kill(signal?: NodeJS.Signals): Promise<number | null>
  /** Starts it again on the same data and ports. */
  restart(): Promise<void>
  /** Ends it and removes its folder. */
  stop(): Promise<void>
}

export interface GatewaySettings {
  /** Laid over a configuration that listens on free ports of loopback. */
  readonly config?: Record<string, unknown>
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** For tests that wait for acknowledgements and are about something else: they come at once, not after a second. */
export const quickCommits = { log: { commit: { age: '20ms' } } } as const

/** A real gateway: the built command in a process of its own, on free ports, with its data in a temporary folder. */
export async function startGateway({
  config = {},
  args = [],
  env = {},
}: GatewaySettings = {}): Promise<GatewayProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-'))
  const data = (config.data as string | undefined) ?? join(folder, 'data')
  const [port, mqttPort] = [await freePort(), await freePort()]
  const { http = {}, mqtt = {}, ...rest } = config as { http?: object; mqtt?: object }
  const file = join(folder, 'rivulet.yaml')
  const listen = { http: { listen: `127.0.0.1:${port}`, ...http }, mqtt: { listen: `127.0.0.1:${mqttPort}`, ...mqtt } }
  writeFileSync(file, stringify({ data, ...listen, ...rest }))
  const url = `${'tls' in http ? 'https' : 'http'}://127.0.0.1:${port}`
  let child: ChildProcess
  let text = ''
  let readyMs = 0

  const start = async () => {
    const began = performance.now()
    const printed = text.length
    child = spawn('env', ['-S', interpreter(), program, 'start', '--config', file, ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()))
    child.stderr!.on('data', (chunk: Buffer) => (text += chunk.toString()))
    await untilReady(url, child, () => text)
    readyMs = performance.now() - began
    // HTTP answers before the embedded broker listens; a sensor that connects only once would be refused until then.
    await until('the gateway greets', () => hasEnded(child) || text.includes('Rivulet is running.', printed))
  }
  const kill = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (hasEnded(child)) return child.exitCode
    const exited = once(child, 'exit')
    child.kill(signal)
    const [code] = (await exited) as [number | null]
    return code
  }

  await start()
  return {
    url,
    mqttPort,
    folder,
    data,
    output: () => text,
    pid: () => child.pid!,
    readyMs: () => readyMs,
    get: async <T>(path: string) => {
      const response = await fetch(url + path)
      if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as T
    },
    kill,
    restart: start,
    stop: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function untilReady(url: string, child: ChildProcess, output: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the gateway ended with ${child.exitCode}:\n${output()}`)
    if (await isReady(url)) return
    await sleep(10)
  }
}

function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const answered = (response: IncomingMessage) => {
      response.resume()
      resolve(response.statusCode === 200)
    }
    const asked = url.startsWith('https:')
      ? requestHttps(`${url}/readyz`, { rejectUnauthorized: false }, answered)
      : request(`${url}/readyz`, answered)
    asked.on('error', () => resolve(false))
    asked.end()
  })
}
