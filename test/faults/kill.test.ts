import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { readGauges } from '../bench/gauges.ts'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { startMosquitto } from '../setup/mosquitto.ts'
import { inputsOf } from './health.ts'
import { Ledger } from './ledger.ts'
import { startLoad } from './load.ts'
import { startSensor } from './sensor.ts'
import { judge } from './stored.ts'
import { median, tell, trials } from './trials.ts'
import { until } from './until.ts'

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
  const times = trials(2, 200)
  const mosquitto = await startMosquitto({ config: 'max_queued_messages 0\n' })
  toClose.push(() => mosquitto.stop())
  const brokers = [{ name: 'home', url: `mqtt://127.0.0.1:${mosquitto.port}`, topics: ['sensors/#'] }]
  const gateway = await startGateway({ config: { mqtt: { brokers } } })
  toClose.push(() => gateway.stop())
  // Before it has subscribed, mosquitto acknowledges what it keeps for nobody.
  await until('mosquitto is subscribed to', async () =>
    (await inputsOf(gateway)).some(({ kind, status }) => kind === 'mqtt' && status === 'connected'),
  )

  const ledger = new Ledger()
  const load = startLoad(gateway, ledger, [
    startSensor({ ledger, port: mosquitto.port, name: 'away', rate: 100 }),
    startSensor({ ledger, port: mosquitto.port, name: 'remote', rate: 10 }),
  ])
  toClose.push(() => load.stop())
  await until('every client is there', () => load.followers.every(({ connections }) => connections > 0))
  const starts = await killAtRandom(gateway, ledger, times)
  await load.finish()
  const gauges = await readGauges(gateway.url)
  const { stored, findings } = await judge(gateway, ledger)
  const again = stored.length - new Set(stored.map(({ device, value }) => `${device} ${value}`)).size
  const figures = `${ledger.acknowledgedCount} acknowledged, ${stored.length} stored, ${again} of them again; ready ${Math.round(median(starts))} ms after a start`
  tell(context, { trials: times, findings, figures })
  expect(findings).toEqual([])
  expect(ledger.acknowledgedCount).toBeGreaterThan(times * 20)
  expect(gauges.get('rivulet_log_left_open')).toBe(1)
  expect(gauges.get('rivulet_redelivered_total')).toBeGreaterThan(0)
  expect(load.followers.every(({ connections }) => connections > times / 2)).toBe(true)
}, 3_600_000)
