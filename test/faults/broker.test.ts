import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { generate } from 'mqtt-packet'
import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from 'vitest'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { type Mosquitto, startMosquitto } from '../setup/mosquitto.ts'
import { type Cable, type Direction, startProxy } from '../setup/proxy.ts'
import { until } from '../setup/until.ts'
import { type Follower, startFollower } from './follower.ts'
import { inputsOf } from './health.ts'
import { type Content, Ledger } from './ledger.ts'
import { type Sensor, startSensor } from './sensor.ts'
import { judge } from './stored.ts'
import { isLong, tell, trials } from './trials.ts'

/** Messages that one of the brokers keeps for a client that is away. */
const queuedMax = 100

const awayMs = isLong ? 60_000 : 700

/** The gateway pings after a minute and gives the broker half of one to answer (MQTT 3.1.1 §3.1.2.10). */
const silentMs = isLong ? 100_000 : 700

const ledger = new Ledger()
let home: Mosquitto
let small: Mosquitto
let gateway: GatewayProcess
/** Between the gateway and each broker, between sensors and the embedded broker, and between clients and the streams. */
let homeCable: Cable
let smallCable: Cable
let sensorCable: Cable
let streamCable: Cable
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
  streamCable = await startProxy(Number(new URL(gateway.url).port))
  const url = `http://127.0.0.1:${streamCable.port}`
  followers = [
    startFollower(ledger.witness('everything'), () => url),
    startFollower(
      ledger.witness('some', ({ device }) => device.startsWith('mqtt:near')),
      () => url,
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
  for (const cable of [homeCable, smallCable, sensorCable, streamCable]) await cable.close()
  await gateway.stop()
  await Promise.all([home.stop(), small.stop()])
})

async function troubleOf(name: string): Promise<string | undefined> {
  return (await inputsOf(gateway)).find((input) => input.name === name)?.trouble
}

function untilConnected(): Promise<void> {
  return until(
    'all brokers are connected',
    async () => (await inputsOf(gateway)).every(({ status }) => status === 'connected'),
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

// Each loss soon after another makes the gateway wait longer before it comes back: so those of one broker lie apart, and many cuts
// come last.
it('network away, with every connection reset', async (context) => {
  const cables = [homeCable, sensorCable, streamCable]
  load('reset')
  await sleep(300)
  for (const cable of cables) cable.unplug()
  await until('the input says so', async () => (await troubleOf('home')) === 'lost')
  await sleep(awayMs)
  for (const cable of cables) cable.restore()
  await settle(context, 1)
}, 600_000)

/** Takes the session of that id, acknowledges nothing of what is delivered in it, so that none of it is gone, and loses it again. */
async function takeOver(port: number, clientId: string): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {}).resume()
  socket.write(
    generate({ cmd: 'connect', clientId, clean: false, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 }),
  )
  // CONNACK: the broker has sent the gateway away. It takes its session back, and then it is this one that is sent away.
  await once(socket, 'data')
  await new Promise<void>((resolve) => socket.on('close', () => resolve()))
}

it('session taken over by another client with the same id', async (context) => {
  const times = trials(2, 20)
  // Slow enough for what waits to fit the queue of this broker.
  sensors.push(startSensor({ ledger, port: small.port, name: 'far-taken', rate: 10 }))
  load('taken')
  for (let trial = 0; trial < times; trial++) {
    await sleep(300)
    await takeOver(small.port, 'small')
    await untilConnected()
  }
  await settle(context, times)
  // By how soon it is sent away again and again: mosquitto closes without the reason that MQTT 5 has for it.
  if (isLong) expect(gateway.output()).toContain('another client uses the client id \\"small\\"')
}, 3_600_000)

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

it.for<Direction>(['up', 'down', 'both'])('network silent (%s)', { timeout: 600_000 }, async (direction, context) => {
  const cables = [homeCable, sensorCable, streamCable]
  load(`silent-${direction}`)
  await sleep(300)
  for (const cable of cables) cable.silence(direction)
  await sleep(silentMs)
  if (isLong) expect(await troubleOf('home')).toBeDefined()
  for (const cable of cables) cable.restore()
  await settle(context, 1)
})

it('broker with a full queue', async (context) => {
  // What does not fit its queue, a broker takes and forgets: it was promised to nobody that it is stored.
  let sent = 0
  const unpromised = {
    published(content: Content) {
      sent++
      ledger.published(content)
    },
    acknowledged: () => {},
  }
  smallCable.unplug()
  await until('the broker has lost the gateway', async () => (await troubleOf('small')) === 'lost')
  const flood = startSensor({ ledger: unpromised, port: small.port, name: 'flood', rate: 4000 })
  await until('that is more than the queue holds', () => sent > 5 * queuedMax)
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
  expect(kept).toBeLessThan(5 * queuedMax)
}, 600_000)

it('connections cut at random moments, so that messages are delivered twice', async (context) => {
  const times = trials(2, 200)
  load('cut')
  for (let trial = 0; trial < times; trial++) {
    await sleep(Math.random() * 500)
    homeCable.cut()
    await sleep(Math.random() * 500)
    sensorCable.cut()
    await sleep(Math.random() * 100)
    streamCable.cut()
  }
  await settle(context, times)
}, 3_600_000)
