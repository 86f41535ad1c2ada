import mqtt, { type MqttClient } from 'mqtt'
import { afterEach, expect, it } from 'vitest'
import { type GatewayProcess, quickCommits, startGateway } from '../setup/gateway.ts'
import { compilePreload } from '../setup/preload.ts'
import { openPtyPair } from '../setup/pty.ts'
import { until } from '../setup/until.ts'
import { openViewer, type Viewer } from '../setup/viewer.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

it('brings a message and a serial line to everybody who watches', async () => {
  const pty = await openPtyPair()
  cleanUps.push(() => pty.close())
  const gateway = await open({ ...quickCommits, serial: [{ port: pty.port, profile: 'lines', device: 'attic' }] })
  const viewer = watch(gateway, '/api/stream?after=0')
  await (await sensor(gateway)).publishAsync('zigbee2mqtt/kitchen', '{"temperature":21.5,"humidity":40}', { qos: 1 })
  await until('the port is open', async () =>
    (await inputs(gateway)).some((input) => input.kind === 'serial' && input.status === 'connected'),
  )
  // The first line of a port may begin in its middle, unless it proves itself.
  await pty.write('{"temperature":19.25}\n')
  await until('three readings', () => viewer.readings.length >= 3)
  expect(viewer.readings.map(({ metric, value }) => [metric, value])).toEqual([
    ['temperature', 21.5],
    ['humidity', 40],
    ['temperature', 19.25],
  ])
})

it('is killed again and again, and every viewer goes on where it was', async () => {
  // MQTT.js sends what was not acknowledged again one by one, so that each waits for a commit.
  const gateway = await open(quickCommits)
  const viewers = [watch(gateway, '/api/stream?after=0'), watch(gateway, '/api/stream?after=0&metric=temperature')]
  const acknowledged = new Set<number>()
  const source = countingSensor(gateway, acknowledged)
  for (let round = 0; round < 3; round++) {
    const before = acknowledged.size
    await until('messages are acknowledged', () => acknowledged.size > before + 30)
    await gateway.kill('SIGKILL')
    await gateway.restart()
  }
  await source.stop()
  const stored = await storedReadings(gateway)
  for (const viewer of viewers)
    await until('the viewer has come to the end', () => (viewer.readings.at(-1)?.seq ?? 0) >= stored.at(-1)!.seq)

  const values = new Set(stored.map(({ value }) => value))
  for (const value of acknowledged) expect(values, 'an acknowledged reading is stored').toContain(value)
  for (const { readings, gaps, ids } of viewers) {
    const seqs = readings.map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
    expect(gaps).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
    const seen = new Map(readings.map(({ seq, value }) => [seq, value]))
    for (const { seq, value } of stored) expect(seen.get(seq)).toBe(value)
  }
}, 120_000)

it('ends at once when asked to, with everything on disk and no hole at the next start', async () => {
  const gateway = await open()
  const client = await sensor(gateway)
  for (let i = 0; i < 50; i++) client.publish('sensors/a/temperature', `${i}`)
  await until('all are there', async () => (await storedReadings(gateway)).length === 50)
  expect(await gateway.kill('SIGTERM')).toBe(0)
  await gateway.restart()
  await client.publishAsync('sensors/a/temperature', '50', { qos: 1 })
  const stored = await storedReadings(gateway)
  expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: 51 }, (_, i) => i + 1))
})

it('shows readings at once however slow the disk is', async () => {
  const gateway = await startGateway({
    env: { LD_PRELOAD: compilePreload('test/setup/slow-fsync.c'), SLOW_FSYNC_MS: '150' },
  })
  cleanUps.push(() => gateway.stop())
  const viewer = watch(gateway, '/api/stream?after=0')
  const client = await sensor(gateway)
  let stored = 0
  let ahead = 0
  const sent = performance.now()
  const publishing = Array.from({ length: 8 }, async (_, i) => {
    await until('those before are shown', () => viewer.readings.length >= i)
    await client.publishAsync('sensors/a/temperature', `${i}`, { qos: 1 })
    stored++
  })
  for (let i = 1; i <= 8; i++) {
    await until('the event', () => viewer.readings.length >= i)
    if (stored === 0) ahead++
  }
  // Had the first one waited for the disk, its sender would know by the second that it is stored. Not all of them need be that quick.
  expect(ahead).toBeGreaterThan(3)
  await Promise.all(publishing)
  // A commit begins a second after the first.
  expect(performance.now() - sent).toBeGreaterThan(1140)
})

async function open(config: Record<string, unknown> = {}): Promise<GatewayProcess> {
  const gateway = await startGateway({ config })
  cleanUps.push(() => gateway.stop())
  return gateway
}

function watch(gateway: GatewayProcess, path: string): Viewer {
  const viewer = openViewer(gateway.url + path)
  cleanUps.push(() => viewer.close())
  return viewer
}

async function sensor(gateway: GatewayProcess): Promise<MqttClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`, { reconnectPeriod: 50 })
  client.on('error', () => {})
  cleanUps.push(() => client.endAsync(true))
  return client
}

/** Publishes ascending numbers at QoS 1, through every interruption, and notes which were acknowledged. */
function countingSensor(gateway: GatewayProcess, acknowledged: Set<number>): { stop(): Promise<void> } {
  const client = mqtt.connect(`mqtt://127.0.0.1:${gateway.mqttPort}`, {
    clientId: 'counting',
    clean: false,
    reconnectPeriod: 50,
  })
  client.on('error', () => {})
  cleanUps.push(() => client.endAsync(true))
  let next = 0
  let stopped = false
  const publish = async () => {
    while (!stopped) {
      const value = next++
      await client.publishAsync('sensors/counting/temperature', `${value / 1000}`, { qos: 1 })
      acknowledged.add(value / 1000)
    }
  }
  const publishers = Array.from({ length: 10 }, publish)
  return {
    stop: async () => {
      stopped = true
      await Promise.all(publishers)
    },
  }
}

async function storedReadings(gateway: GatewayProcess): Promise<{ seq: number; value: number }[]> {
  const all: { seq: number; value: number }[] = []
  for (let after = 0; ; ) {
    const page = await gateway.get<{ readings: { seq: number; value: number }[] }>(
      `/api/readings?after=${after}&limit=10000`,
    )
    if (page.readings.length === 0) return all
    all.push(...page.readings)
    after = page.readings.at(-1)!.seq
  }
}

async function inputs(gateway: GatewayProcess): Promise<{ kind: string; status: string }[]> {
  return (await gateway.get<{ inputs: { kind: string; status: string }[] }>('/readyz')).inputs
}
