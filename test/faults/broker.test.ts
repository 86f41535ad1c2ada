import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { generate } from 'mqtt-packet'
import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from 'vitest'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { type Mosquitto, startMosquitto } from '../setup/mosquitto.ts'
import { type Cable, type Direction, startProxy } from '../setup/proxy.ts'
import { until } from '../setup/until.ts'
import { type Follower, startFollower } from './follower.ts'
import { Ledger } from './ledger.ts'
import { type Sensor, startSensor } from './sensor.ts'
import { judge } from './stored.ts'
import { isLong, tell, trials } from './trials.ts'

/** Messages that one of the brokers keeps for a client that is away. */
const queuedMax = 100

/** A minute is longer than the gateway goes without a ping (MQTT 3.1.1 §3.1.2.10), and so long enough to be noticed. */
const cutMs = isLong ? 60_000 : 700

const ledger = new Ledger()
let home: Mosquitto
let small: Mosquitto
let gateway: GatewayProcess
/** Between the gateway and each broker, and between sensors and the embedded broker. */
let homeCable: Cable
let smallCable: Cable
let sensorCable: Cable
let followers: Follower[]
const sensors: Sensor[] = []

beforeAll(async () => {
  home = await startMosquitto({ config: 'persistence true\nmax_queued_messages 0\n' })
  small = await startMosquitto({ config: `max_queued_messages ${queuedMax}\n` })
  homeCable = await startProxy(home.port)
  smallCable = await startProxy(small.port)
  const broker = (name: string, { port }: Cable) => ({
    name,
    url: `mqtt://127.0.0.1:${port}`,
    clientId: name,
    topics: ['sensors/#'],
  })
  gateway = await startGateway({
    config: { mqtt: { brokers: [broker('home', homeCable), broker('small', smallCable)] } },
  })
  sensorCable = await startProxy(gateway.mqttPort)
  followers = [
    startFollower(ledger.witness('everything'), () => gateway.url),
    startFollower(
      ledger.witness('some', ({ device }) => device.startsWith('mqtt:near')),
      () => gateway.url,
      'device=mqtt:near*',
    ),
  ]
  await untilConnected()
})

afterEach(async () => {
  await Promise.all(sensors.splice(0).map((sensor) => sensor.stop()))
})

afterAll(async () => {
  await Promise.all(followers.map((follower) => follower.stop()))
  for (const cable of [homeCable, smallCable, sensorCable]) await cable.close()
  await gateway.stop()
  await Promise.all([home.stop(), small.stop()])
})

interface InputInBrief {
  readonly name: string
  readonly status: string
  readonly trouble?: string
}

async function inputs(): Promise<InputInBrief[]> {
  return (await gateway.get<{ inputs: InputInBrief[] }>('/readyz')).inputs
}

async function troubleOf(name: string): Promise<string | undefined> {
  return (await inputs()).find((input) => input.name === name)?.trouble
}

function untilConnected(): Promise<void> {
  return until(
    'all brokers are connected',
    async () => (await inputs()).every(({ status }) => status === 'connected'),
    60_000,
  )
}

/** Sensors on both sides, under names of their own: at the far broker, and at the embedded one. */
function load(name: string, rate = 200): Sensor {
  const far = startSensor({ ledger, port: home.port, name: `far-${name}`, rate })
  const near = startSensor({ ledger, port: sensorCable.port, name: `near-${name}`, rate })
  sensors.push(far, near)
  return far
}

/** Lets everybody finish, has the ledger judge all that was until now, and puts the row into the table. */
async function settle(context: TestContext, times: number, words = ''): Promise<void> {
  await untilConnected()
  await Promise.all(sensors.splice(0).map((sensor) => sensor.finish()))
  const { stored, findings } = await judge(gateway, ledger)
  const again = stored.length - new Set(stored.map(({ device, value }) => `${device} ${value}`)).size
  const figures = `${ledger.acknowledgedCount} acknowledged, ${stored.length} stored, ${again} of them again${words}`
  tell(context, { trials: times, findings, figures })
  expect(findings).toEqual([])
}

it('broker restarted under load', async (context) => {
  const times = trials(1, 20)
  load('restart')
  for (let trial = 0; trial < times; trial++) {
    await sleep(Math.random() * 700)
    await home.restart()
    await untilConnected()
  }
  await settle(context, times)
}, 3_600_000)

it('connections cut at random moments, so that messages are delivered twice', async (context) => {
  const times = trials(4, 200)
  load('cut')
  for (let trial = 0; trial < times; trial++) {
    await sleep(Math.random() * 500)
    homeCable.cut()
    await sleep(Math.random() * 500)
    sensorCable.cut()
  }
  await settle(context, times)
}, 3_600_000)

it('network away, with every connection reset', async (context) => {
  load('reset')
  await sleep(300)
  for (const cable of [homeCable, sensorCable]) cable.unplug()
  await until('the input says so', async () => (await troubleOf('home')) === 'lost')
  await sleep(cutMs)
  for (const cable of [homeCable, sensorCable]) cable.restore()
  await settle(context, 1)
}, 600_000)

it.for<Direction>(['up', 'down', 'both'])('network silent (%s)', { timeout: 600_000 }, async (direction, context) => {
  load(`silent-${direction}`)
  await sleep(300)
  for (const cable of [homeCable, sensorCable]) cable.silence(direction)
  await sleep(cutMs)
  for (const cable of [homeCable, sensorCable]) cable.restore()
  await settle(context, 1)
})

it('broker with a full queue', async (context) => {
  // What does not fit its queue, a broker takes and forgets: it was promised to nobody that it is stored.
  const unpromised = { published: ledger.published.bind(ledger), acknowledged: () => {} }
  smallCable.unplug()
  await until('the broker has lost the gateway', async () => (await troubleOf('small')) === 'lost')
  const flood = startSensor({ ledger: unpromised, port: small.port, name: 'flood', rate: 1000 })
  await sleep(1000)
  await flood.finish()
  smallCable.restore()
  await untilConnected()
  sensors.push(startSensor({ ledger, port: small.port, name: 'far-after', rate: 100 }))
  load('queue')
  await sleep(500)
  await settle(context, 1)
  const response = await fetch(`${gateway.url}/api/readings?device=mqtt:flood&limit=all&format=ndjson`)
  const kept = (await response.text()).split('\n').length - 1
  expect(kept).toBeGreaterThanOrEqual(queuedMax)
  expect(kept).toBeLessThan(500)
}, 600_000)

/** Takes what is delivered to the client of that id and acknowledges nothing of it, so that none of it is gone. */
function takeOver(port: number, clientId: string): Socket {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}).resume()
  socket.write(
    generate({ cmd: 'connect', clientId, clean: false, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 }),
  )
  return socket
}

it('session taken over by another client with the same id', async (context) => {
  const times = trials(2, 20)
  // Slow enough for what waits to fit the queue of this broker.
  sensors.push(startSensor({ ledger, port: small.port, name: 'far-taken', rate: 10 }))
  load('taken')
  for (let trial = 0; trial < times; trial++) {
    await sleep(300)
    const intruder = takeOver(small.port, 'small')
    await until('the gateway has lost the session', async () => {
      const trouble = await troubleOf('small')
      return trouble === 'lost' || trouble === 'taken_over'
    })
    intruder.destroy()
    await untilConnected()
  }
  await settle(context, times)
}, 3_600_000)
