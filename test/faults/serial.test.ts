import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readlinkSync, realpathSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, type TestContext } from 'vitest'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { openPtyPair, type PtyPair } from '../setup/pty.ts'
import { until } from '../setup/until.ts'
import { type Follower, startFollower } from './follower.ts'
import { type InputInBrief, inputsOf } from './health.ts'
import { Ledger } from './ledger.ts'
import { type Sensor, startSensor } from './sensor.ts'
import { judge } from './stored.ts'
import { isLong, median, tell, trials } from './trials.ts'

/** 921,600 baud with a start and a stop bit each byte, the fastest that common adapters do. */
const bytesPerSecond = 92_160
const tickMs = 10

const floodMs = isLong ? 60_000 : 1_000

const ledger = new Ledger()
let gateway: GatewayProcess
let follower: Follower
let lines: PtyPair
let dust: PtyPair
let sensor: Sensor | undefined

beforeAll(async () => {
  lines = await openPtyPair()
  dust = await openPtyPair()
  const serial = [
    { port: lines.port, device: 'lines' },
    { port: dust.port, profile: 'pms5003' },
  ]
  gateway = await startGateway({ config: { serial } })
  follower = startFollower(ledger.witness('everything'), () => gateway.url)
  await untilBothAre('connected')
})

afterAll(async () => {
  await sensor?.stop()
  await follower.stop()
  await gateway.stop()
  await lines.close()
  await dust.close()
})

async function ports(): Promise<readonly InputInBrief[]> {
  return (await inputsOf(gateway)).filter(({ kind }) => kind === 'serial')
}

/** A port that failed often is tried again after half a minute at most. */
function untilBothAre(status: string): Promise<void> {
  return until(`both ports are ${status}`, async () => (await ports()).every((port) => port.status === status), 60_000)
}

let line = 1_000_000

/** The next lines of a sketch that counts, `bytes` of them or a few more. All are as long: of one that is torn, no rest is another. */
function nextLines(bytes: number): string {
  let text = ''
  while (text.length < bytes) {
    ledger.published({ device: 'serial:lines', metric: 'step', value: ++line })
    text += `step=${line}\r\n`
  }
  return text
}

/** Says something at full speed for a while. A terminal that is full makes it wait, as flow control does. */
async function flood(port: PtyPair, ms: number, say: (bytes: number) => Uint8Array | string): Promise<void> {
  const began = performance.now()
  for (let sent = 0, passed = 0; passed < ms; await sleep(tickMs)) {
    passed = performance.now() - began
    const bytes = Math.max(0, Math.ceil((passed * bytesPerSecond) / 1000) - sent)
    await port.write(say(bytes))
    sent += bytes
  }
}

/** How long each request takes while something goes on, in ms. */
async function askMeanwhile(done: Promise<unknown>): Promise<number[]> {
  const took: number[] = []
  let isDone = false
  const end = () => {
    isDone = true
  }
  void done.then(end, end)
  for (; !isDone; await sleep(50)) {
    const began = performance.now()
    await gateway.get('/api/devices')
    took.push(performance.now() - began)
  }
  return took
}

/** Waits for what is still in the terminal. */
async function untilQuiet(): Promise<void> {
  let received = -1
  await until('nothing more comes in', async () => {
    const before = received
    received = (await ports()).reduce((sum, port) => sum + port.received, 0)
    if (received === before) return true
    await sleep(300)
    return false
  })
}

/** Floods a port while a sensor publishes over MQTT and somebody asks over HTTP, and has all of it judged. */
async function floodAndJudge(context: TestContext, name: string, flooding: () => Promise<void>): Promise<void> {
  sensor = startSensor({ ledger, port: gateway.mqttPort, name, rate: 100 })
  const done = flooding()
  const took = await askMeanwhile(done)
  await done
  await sensor.finish()
  await untilQuiet()
  const { stored, findings } = await judge(gateway, ledger)
  const figures = `${ledger.acknowledgedCount} acknowledged, ${stored.length} stored; HTTP ${Math.round(median(took))} ms meanwhile`
  tell(context, { trials: 1, findings, figures })
  expect(findings).toEqual([])
}

async function storedOf(device: string): Promise<number> {
  const response = await fetch(`${gateway.url}/api/readings?device=${device}&limit=all&format=ndjson`)
  return (await response.text()).split('\n').filter(Boolean).length
}

/** Has lines said, and waits until every one of them is stored. */
async function untilStored(say: () => Promise<void>): Promise<void> {
  await untilQuiet()
  const before = (await storedOf('serial:lines')) - line
  await say()
  await until('every line is stored', async () => (await storedOf('serial:lines')) === before + line)
}

it('serial flood of valid lines at 921,600 baud', async (context) => {
  // The first line of a port may have lost its beginning, and is not taken.
  await lines.write('x\r\n')
  await untilStored(() => floodAndJudge(context, 'beside-lines', () => flood(lines, floodMs, nextLines)))
}, 3_600_000)

it('serial flood of noise at 921,600 baud, as of a wrong baud rate', async (context) => {
  await floodAndJudge(context, 'beside-noise', async () => {
    await Promise.all([flood(lines, floodMs, randomBytes), flood(dust, floodMs, randomBytes)])
  })
  expect((await ports()).find(({ name }) => name === dust.port)).toMatchObject({
    status: 'connected',
    trouble: 'noise',
  })
  // After noise a few lines are not trusted.
  await untilStored(() => lines.write(`\r\n${'x\r\n'.repeat(8)}${nextLines(100)}`))
}, 3_600_000)

it('serial port unplugged amid a flood, and plugged in again', async (context) => {
  const times = trials(2, 50)
  await floodAndJudge(context, 'beside-unplugged', async () => {
    for (let trial = 0; trial < times; trial++) {
      const flooding = flood(lines, 100 + Math.random() * 300, nextLines).catch(() => {})
      await sleep(Math.random() * 300)
      await lines.unplug()
      await flooding
      await until('the port is missed', async () => (await ports()).some(({ trouble }) => trouble === 'missing'))
      await lines.replug()
      await untilBothAre('connected')
    }
  })
  await untilStored(() => lines.write(`x\r\n${nextLines(100)}`))
}, 3_600_000)

it('serial port taken by another program, and given back', async (context) => {
  const { port } = lines
  await floodAndJudge(context, 'beside-taken', async () => {
    // Under another name, so that the other program has it before the gateway finds it.
    await lines.replug(`${port}-elsewhere`)
    const other = spawn('cat', [lines.port], { stdio: ['ignore', 'pipe', 'ignore'] })
    let taken = ''
    other.stdout.on('data', (bytes: Buffer) => (taken += bytes.toString()))
    try {
      await until('the other program has it', () => hasOpen(other, lines.port))
      symlinkSync(realpathSync(lines.port), port)
      await until('it is said', async () => (await ports()).some(({ trouble }) => trouble === 'busy'))
      expect((await ports()).find(({ name }) => name === port)?.detail).toContain(`cat (pid ${other.pid})`)
      await lines.write('x\r\nstep=1\r\n')
      await until('the other program reads it', () => taken.includes('step=1'))
    } finally {
      other.kill()
    }
    await untilBothAre('connected')
    // Opened in mid-line: of `step=…` the end alone would be a reading of another name.
    await lines.write(nextLines(1).slice(2))
  })
  await untilStored(() => lines.write(nextLines(100)))
}, 3_600_000)

function hasOpen({ pid }: ChildProcess, path: string): boolean {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).some((fd) => readlinkSync(join(folder, fd)) === realpathSync(path))
}
