import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { rivulet } from '../cli/run.ts'
import { beginStream, reading, startFakeGateway } from '../client/fake-gateway.ts'
import { launchChromium } from '../setup/chromium.ts'
import { type GatewayProcess, quickCommits, startGateway } from '../setup/gateway.ts'
import { snippet } from '../setup/snippet.ts'
import { until } from '../setup/until.ts'

/** The examples of the README as they stand there, run against a gateway. */

const root = fileURLToPath(new URL('../../', import.meta.url))
const board = join(root, 'test/setup/arduino')

let gateway: GatewayProcess
let sensor: mqtt.MqttClient
let token: string
beforeAll(async () => {
  gateway = await startGateway({ config: quickCommits })
  sensor = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, { reconnectPeriod: 100 })
  const made = await rivulet(['token', 'create', '--data', gateway.data])
  token = /rvl_\S+/.exec(made.out)![0]
})
afterAll(async () => {
  await sensor.endAsync(true)
  await gateway.stop()
})

let folder: string
const running: ChildProcess[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-snippet-'))
})
afterEach(async () => {
  for (const child of running.splice(0)) await end(child)
  rmSync(folder, { recursive: true })
})

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** A program, and the lines it has printed. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(program, args, { cwd: folder, env: { ...process.env, RIVULET_TOKEN: token, ...env } })
  running.push(child)
  let text = ''
  child.stdout!.on('data', (part: Buffer) => (text += part))
  child.stderr!.on('data', (part: Buffer) => (text += part))
  return { child, lines: () => text.split('\n').slice(0, -1) }
}

/** Resolves when they are stored. */
async function publish(topic: string, values: readonly number[]): Promise<void> {
  await Promise.all(values.map((value) => sensor.publishAsync(topic, String(value), { qos: 1 })))
}

it('curl shows the stream', async () => {
  await publish('sensors/curl/temperature', [20.5])
  const { lines } = run('sh', [
    '-c',
    snippet('README.md', 'sh', {
      'http://raspberrypi.local:8080/api/stream?metric': `${gateway.url}/api/stream?metric`,
    }),
  ])
  await until('the last reading', () => lines().some((line) => line.includes('"value":20.5')))
})

it('curl shows the first reading to who sent it before', async () => {
  await publish('sensors/first/temperature', [21.5])
  const changes = {
    'npx rivulet tail': 'true',
    'http://127.0.0.1:8080/api/stream?last': `${gateway.url}/api/stream?last`,
  }
  const { lines } = run('sh', ['-c', snippet('README.md', 'sh', changes)])
  await until('the first reading', () => lines().some((line) => /"device":"mqtt:first".*"value":21.5/.test(line)))
})

it('EventSource hands readings on in a browser', async () => {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    await page.goto(`${gateway.url}/healthz`)
    const source = snippet('README.md', 'js', { 'z2m:*': '*' })
    await page.evaluate(`${source}; globalThis.open = new Promise((resolve) => stream.onopen = resolve)`)
    await page.evaluate('open')
    await publish('sensors/browser/temperature', [21.25])
    await until('the reading', () => said.some((text) => text.includes('21.25')))
  } finally {
    await browser.close()
  }
})

it('TypeScript is checked by its compiler, and goes on where it was', async () => {
  await publish('sensors/typed/temperature', [1, 2])
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(root, join(folder, 'node_modules/rivulet'))
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  const around = `import { existsSync, readFileSync, writeFileSync } from 'node:fs'
    const load = async () => (existsSync('place') ? readFileSync('place', 'utf8') : process.env.FIRST)
    const save = async (place: string | undefined) => writeFileSync('place', place!)
    const store = async ({ value }: Reading) => {
      console.log(value)
      if (value === 2) setTimeout(() => process.exit())
    }\n`
  const text = snippet('README.md', 'ts', { 'http://raspberrypi.local:8080': gateway.url, 'z2m:*': '*:typed' })
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'program.ts'), around + text.replace('{ createClient }', '{ createClient, type Reading }'))
  const flags = [
    '--strict',
    '--exactOptionalPropertyTypes',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--types',
    'node',
  ]
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [compiler, ...flags, 'program.ts'], { cwd: folder, encoding: 'utf8' })
  expect(stdout).toBe('')
  const { child, lines } = run(process.execPath, ['program.js'], { FIRST: await firstPlace() })
  await until('the program ends', () => child.exitCode !== null)
  await publish('sensors/typed/temperature', [3])
  const again = run(process.execPath, ['program.js'])
  await until('the third', () => again.lines().length > 0)
  expect([...lines(), ...again.lines()]).toEqual(['1', '2', '3'])
})

/** Before everything. */
async function firstPlace(): Promise<string> {
  const { readings } = await gateway.get<{ readings: { seq: number }[] }>('/api/readings?limit=1')
  const { next } = await gateway.get<{ next: string }>('/api/readings?limit=1')
  return `${next.split('.')[0]}.${readings[0]!.seq - 1}`
}

it('Python goes on where it was, over restarts of the gateway and of itself', async () => {
  const changes = {
    'http://raspberrypi.local:8080/api/stream?metric=temperature': `${gateway.url}/api/stream?device=*:python`,
  }
  writeFileSync(join(folder, 'program.py'), snippet('README.md', 'python', changes))
  const printed: string[] = []
  const start = () => run('python3', ['program.py'])
  let { child, lines } = start()
  const topic = 'sensors/python/temperature'
  // It begins with what comes now.
  await until('it listens', async () => {
    await publish(topic, [0])
    return lines().length > 0
  })
  await publish(topic, [1, 2, 3])
  await until('three readings', () => lines().at(-1)?.endsWith(' 3') ?? false)
  await gateway.kill('SIGKILL')
  await gateway.restart()
  await publish(topic, [4, 5])
  await until('it is back', () => lines().at(-1)?.endsWith(' 5') ?? false, 60_000)
  printed.push(...lines())
  await end(child)
  await publish(topic, [6, 7])
  ;({ child, lines } = start())
  await publish(topic, [8])
  await until('what came meanwhile', () => lines().at(-1)?.endsWith(' 8') ?? false)
  printed.push(...lines())
  const device = printed[0]!.split(' ')[0]
  // The reading that it had in hand when it was killed comes again.
  const seen = printed.filter((line, index) => line !== printed[index - 1])
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((value) => `${device} temperature ${value}`))
}, 180_000)

it('Python drops an event that was cut off, and takes comments for nothing', async () => {
  const proxy = await startFakeGateway((response, { headers }) => {
    beginStream(response)
    const place = headers['last-event-id']
    if (place === undefined) response.end(`${reading(1)}${reading(2).slice(0, -20)}`)
    else if (place === 'run.1') response.write(reading(2).replace('\ndata', '\n: is it there?\ndata'))
  })
  try {
    const url = 'http://raspberrypi.local:8080/api/stream?metric=temperature'
    writeFileSync(join(folder, 'program.py'), snippet('README.md', 'python', { [url]: proxy.url }))
    const { lines } = run('python3', ['program.py'])
    await until('both readings', () => lines().length === 2)
    expect(lines()).toEqual(['a:b temperature 1', 'a:b temperature 2'])
  } finally {
    await proxy.close()
  }
})

it('a shell keeps its place with what it has read, over restarts of the gateway and of itself', async () => {
  const changes = {
    'http://raspberrypi.local:8080/api/stream?metric=temperature': `${gateway.url}/api/stream?device=*:shell&after=0`,
  }
  const program = snippet('PROTOCOL.md', 'sh', changes)
  const journal = join(folder, 'journal')
  const values = () =>
    [...readFileSync(journal, 'utf8').matchAll(/"value":(\d+),.*\n/g)].map(([, value]) => Number(value))
  const topic = 'sensors/shell/temperature'
  await publish(topic, [1, 2, 3])
  // As a power cut leaves it: the place of a reading of which the rest is not there.
  writeFileSync(
    journal,
    `${await firstPlace()}\tcursor\t{"head":0}\n${(await firstPlace()).replace(/\d+$/, '9')}\t\t{"val`,
  )
  const { child } = run('sh', ['-c', program])
  await until('it listens', async () => /^rivulet_streams 1$/m.test(await metrics()))
  await gateway.kill('SIGKILL')
  await gateway.restart()
  await publish(topic, [4, 5])
  await until('it is back', async () => /^rivulet_streams 1$/m.test(await metrics()), 60_000)
  await end(child)
  await gateway.kill()
  await gateway.restart()
  await until('what it had, once and in order', () => values().length >= 5)
  expect(values()).toEqual([1, 2, 3, 4, 5])
}, 120_000)

async function metrics(): Promise<string> {
  return (await fetch(`${gateway.url}/metrics`)).text()
}

it('an Arduino sketch prints lines that are readings', async () => {
  const program = compile(snippet('README.md', 'cpp', { analogRead: 'analogRead' }))
  const { child, lines } = run(program, [], { SPEED: '100', ANALOG: '43' })
  await until('three lines', () => lines().length >= 3)
  await end(child)
  const input = lines().slice(0, 3).join('\n')
  const { out, code } = await rivulet(['decode', '--profile', 'lines'], { input: `${input}\n` })
  expect(code).toBe(0)
  expect(out.match(/temperature {2}21 Cel/g)).toHaveLength(3)
})

it('an ESP sketch switches a lamp by the stream, and comes back to it', async () => {
  const { port } = new URL(gateway.url)
  const topic = 'sensors/living_room/temperature'
  await publish(topic, [26])
  const { device } = (await gateway.get<{ readings: { device: string }[] }>('/api/readings?device=*living_room'))
    .readings[0]!
  const changes = { '192.168.1.10': '127.0.0.1', 8080: port, 'rvl_…': token, 'z2m:living_room': device }
  const { lines } = run(compile(snippet('README.md', 'cpp', changes)), [])
  await until('it is on', () => lines().at(-1) === 'pin 2 is high')
  await publish(topic, [24])
  await until('it is off', () => lines().at(-1) === 'pin 2 is low')
  await gateway.kill()
  await gateway.restart()
  await publish(topic, [26, 24, 26])
  await until('it has all of them', () => lines().length === 5, 60_000)
  expect(lines()).toEqual(['high', 'low', 'high', 'low', 'high'].map((level) => `pin 2 is ${level}`))
}, 120_000)

/** The sketch as the Arduino tools compile it, for this machine. */
function compile(sketch: string): string {
  writeFileSync(join(folder, 'sketch.cpp'), `#include <Arduino.h>\n${sketch}`)
  const flags = ['-std=c++17', '-Wall', '-Wextra', '-Werror', '-I', board, '-o', 'sketch']
  execFileSync('gcc', [...flags, 'sketch.cpp', join(board, 'board.cpp'), '-lstdc++'], { cwd: folder, stdio: 'pipe' })
  return join(folder, 'sketch')
}
