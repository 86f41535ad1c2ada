import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { readGauges } from '../bench/gauges.ts'
import { rivulet } from '../cli/run.ts'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { until } from '../setup/until.ts'
import { createWallClock } from '../setup/wall-clock.ts'
import { type Follower, startFollower } from './follower.ts'
import { Ledger } from './ledger.ts'
import { type Sensor, startSensor } from './sensor.ts'
import { judge } from './stored.ts'
import { isLong, tell } from './trials.ts'

const dayMs = 86_400_000
const yearMs = 365 * dayMs

/** How long the clock stays where it was put. */
const stayMs = isLong ? 90_000 : 300

const ledger = new Ledger()
/** As a board without a battery starts: long before this version of the gateway was made. */
const clock = createWallClock(-2 * yearMs)
let gateway: GatewayProcess
let follower: Follower
let sensor: Sensor | undefined
/** When a stream thinned to one event a second last brought one. */
let summedAt = 0
const leaving = new AbortController()

beforeAll(async () => {
  gateway = await startGateway({ config: { log: { keep: { age: '30d' } } }, env: clock.env })
  follower = startFollower(ledger.witness('everything'), () => gateway.url)
  void watchSummaries()
})

afterAll(async () => {
  leaving.abort()
  await sensor?.stop()
  await follower.stop()
  await gateway.stop()
  clock.close()
})

async function watchSummaries(): Promise<void> {
  while (!leaving.signal.aborted)
    try {
      const response = await fetch(`${gateway.url}/api/stream?every=1s`, { signal: leaving.signal })
      for await (const chunk of response.body!) if (Buffer.from(chunk).includes('"mean":')) summedAt = performance.now()
    } catch {
      await sleep(50)
    }
}

interface Stored {
  readonly time: string
  readonly quality?: string
}

/**
 * Puts the clock somewhere and publishes for a while; then every promise is to hold, and streams thinned by time are to go on.
 * Resolves to what was stored meanwhile.
 */
async function publishAt(context: TestContext, name: string, aheadMs: number): Promise<Stored[]> {
  clock.set(aheadMs)
  sensor = startSensor({ ledger, port: gateway.mqttPort, name, rate: 100 })
  const began = performance.now()
  await sleep(stayMs)
  await until('a summary comes', () => summedAt > began)
  await sensor.finish()
  const { stored, findings } = await judge(gateway, ledger)
  tell(context, { trials: 1, findings, figures: `${ledger.acknowledgedCount} acknowledged, ${stored.length} stored` })
  expect(findings).toEqual([])
  const { floor } = await gauges()
  expect(floor).toBe(1)
  const response = await fetch(`${gateway.url}/api/readings?device=mqtt:${name}&limit=all&format=ndjson`)
  const readings = (await response.text()).split('\n').filter(Boolean)
  return readings.map((line) => JSON.parse(line) as Stored)
}

async function gauges(): Promise<{ floor: number; synced: number; stepDays: number }> {
  const read = await readGauges(gateway.url)
  const stepDays = (read.get('rivulet_clock_step_seconds')! * 1000) / dayMs
  return { floor: read.get('rivulet_log_floor')!, synced: read.get('rivulet_clock_synced')!, stepDays }
}

/** Waits until the gateway, which looks once a second, has seen how far its clock was put. */
function untilSteppedBy(days: number): Promise<void> {
  return until(`a step of ${days} days is seen`, async () => Math.abs((await gauges()).stepDays - days) < 0.005)
}

/** What is said of the clock in a word. */
async function clockWord(): Promise<string> {
  return (await gateway.get<{ clock: string }>('/readyz')).clock
}

/** Whether all of them carry a time within a minute of the true one put forward by so much. */
function areAt(readings: readonly Stored[], aheadMs: number): boolean {
  return readings.every(({ time }) => Math.abs(Date.parse(time) - Date.now() - aheadMs) < (isLong ? 600_000 : 60_000))
}

async function statuses(): Promise<Set<string>> {
  return new Set((await gateway.get<{ status: string }[]>('/api/devices')).map(({ status }) => status))
}

/** Retention takes whole blocks of the log, so that there has to be one. */
async function fillBlocks(): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  const metrics = Array.from({ length: 500 }, (_, i) => `m${i}`)
  const messages = Array.from({ length: 9 }, (_, value) => {
    for (const metric of metrics) ledger.published({ device: 'mqtt:bulk', metric, value })
    return JSON.stringify(Object.fromEntries(metrics.map((metric) => [metric, value])))
  })
  await Promise.all(messages.map((payload) => client.publishAsync('sensors/bulk', payload, { qos: 1 })))
  await client.endAsync()
}

describe('one life of a board without a battery, in order', { shuffle: false }, () => {
  it('clock not set yet', async (context) => {
    const readings = await publishAt(context, 'boot', -2 * yearMs)
    expect(areAt(readings, -2 * yearMs)).toBe(true)
    expect(readings.every(({ quality }) => quality === 'unsynced')).toBe(true)
    expect((await gauges()).synced).toBe(0)
    expect(await clockWord()).toBe('unsynced')
  }, 600_000)

  it('clock set by NTP after boot', async (context) => {
    clock.set(0)
    await until('it is seen', async () => (await gauges()).synced === 1)
    await fillBlocks()
    const readings = await publishAt(context, 'set', 0)
    expect(areAt(readings, 0)).toBe(true)
    expect(readings.filter(({ quality }) => quality !== undefined)).toEqual([])
    expect(await gauges()).toMatchObject({ synced: 1, stepDays: 0 })
    expect(await clockWord()).toBe('synced')
  }, 600_000)

  it('clock set back a day', async (context) => {
    const readings = await publishAt(context, 'back', -dayMs)
    expect(areAt(readings, -dayMs)).toBe(true)
    await untilSteppedBy(-1)
    expect(await clockWord()).toBe('stepped')
    expect(await statuses()).toEqual(new Set(['online']))
    const { out } = await rivulet(['doctor', '--data', gateway.data])
    expect(out).toMatch(/^note +gateway +the clock was put forward or back/m)
  }, 600_000)

  it('clock forward a year, also over a restart', async (context) => {
    const made = await fetch(`${gateway.url}/api/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ expires: '30d' }),
    })
    const { token } = (await made.json()) as { token: string }
    const headers = { authorization: `Bearer ${token}` }
    const open = await fetch(`${gateway.url}/api/stream`, { headers })
    const readings = await publishAt(context, 'forward', yearMs)
    expect(areAt(readings, yearMs)).toBe(true)
    await untilSteppedBy(365)
    expect(await clockWord()).toBe('stepped')
    expect(await statuses()).toEqual(new Set(['online']))
    // What a token may do ends by the gateway's clock (SECURITY.md).
    await until('the stream of the token has ended', async () => (await open.text()).includes('retry:'))
    expect((await fetch(`${gateway.url}/api/devices`, { headers })).status).toBe(401)
    // A start looks at once for what is too old.
    await gateway.kill()
    await gateway.restart()
    await sleep(500)
    expect((await gauges()).floor).toBe(1)
  }, 600_000)

  it('clock set right again, also over a restart', async (context) => {
    clock.set(0)
    await gateway.kill()
    await gateway.restart()
    const readings = await publishAt(context, 'right', 0)
    expect(areAt(readings, 0)).toBe(true)
    // The readings of next year that are stored are no reason to mistrust this one.
    expect(readings.filter(({ quality }) => quality !== undefined)).toEqual([])
    const { series } = await gateway.get<{ series: { device: string; buckets: { count: number }[] }[] }>(
      '/api/history?device=mqtt:right&from=1h&points=60',
    )
    const counted = series.flatMap(({ buckets }) => buckets).reduce((sum, { count }) => sum + count, 0)
    expect(counted).toBe(readings.length)
  }, 600_000)
})
