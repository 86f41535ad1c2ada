import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { startMosquitto } from '../setup/mosquitto.ts'
import { until } from '../setup/until.ts'
import { type Follower, startFollower } from './follower.ts'
import { Ledger } from './ledger.ts'
import { type Sensor, startSensor } from './sensor.ts'
import { judge } from './stored.ts'
import { median, tell, trials } from './trials.ts'

const toClose: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

/** Kills the gateway at a random moment, so many times, and starts it again. Returns how long the starts took, in ms. */
async function killAtRandom(gateway: GatewayProcess, ledger: Ledger, times: number): Promise<number[]> {
  const starts: number[] = []
  for (let trial = 0; trial < times; trial++) {
    // Commits are a second apart, or 1,000 readings: this falls before, within and after several of them.
    await sleep(Math.random() * 1_500)
    ledger.crashed()
    await gateway.kill('SIGKILL')
    await gateway.restart()
    starts.push(gateway.readyMs())
  }
  return starts
}

it('kill -9 at random moments under load', async (context) => {
  const times = trials(4, 200)
  const mosquitto = await startMosquitto({ config: 'max_queued_messages 0\n' })
  toClose.push(() => mosquitto.stop())
  const brokers = [{ name: 'home', url: `mqtt://127.0.0.1:${mosquitto.port}`, topics: ['sensors/#'] }]
  const gateway = await startGateway({ config: { mqtt: { brokers } } })
  toClose.push(() => gateway.stop())
  // Before it has subscribed, mosquitto acknowledges what it keeps for nobody.
  await until('mosquitto is subscribed to', async () => {
    const { inputs } = await gateway.get<{ inputs: { kind: string; status: string }[] }>('/readyz')
    return inputs.some(({ kind, status }) => kind === 'mqtt' && status === 'connected')
  })

  const ledger = new Ledger()
  const start = (name: string, port: number, rate: number): Sensor => {
    const sensor = startSensor({ ledger, port, name, rate })
    toClose.push(() => sensor.stop())
    return sensor
  }
  const sensors = [
    start('slow', gateway.mqttPort, 5),
    start('quick', gateway.mqttPort, 300),
    start('steady', gateway.mqttPort, 50),
    start('away', mosquitto.port, 100),
    start('remote', mosquitto.port, 10),
  ]
  const follow = (name: string, query: string, devices: readonly string[]): Follower => {
    const witness = ledger.witness(name, ({ device }) => devices.length === 0 || devices.includes(device))
    const follower = startFollower(witness, () => gateway.url, query)
    toClose.push(() => follower.stop())
    return follower
  }
  const followers = [
    follow('everything', '', []),
    follow('one device', 'device=mqtt:slow', ['mqtt:slow']),
    follow('two devices', 'device=mqtt:slow&device=mqtt:quick', ['mqtt:slow', 'mqtt:quick']),
    follow('a pattern', 'device=mqtt:*a*', ['mqtt:away', 'mqtt:steady']),
    follow('a metric', 'metric=st*', []),
  ]
  const starts = await killAtRandom(gateway, ledger, times)
  await Promise.all(sensors.map((sensor) => sensor.finish()))
  const { stored, findings } = await judge(gateway, ledger)
  const again = stored.length - new Set(stored.map(({ device, value }) => `${device} ${value}`)).size
  const figures = `${ledger.acknowledgedCount} acknowledged, ${stored.length} stored, ${again} of them again; ready ${Math.round(median(starts))} ms after a start`
  tell(context, { trials: times, findings, figures })
  expect(findings).toEqual([])
  expect(ledger.acknowledgedCount).toBeGreaterThan(times * 20)
  expect(followers.every(({ connections }) => connections > times / 2)).toBe(true)
}, 3_600_000)
