import { afterEach, expect, it } from 'vitest'
import { readGauges } from '../bench/gauges.ts'
import { createRandom } from '../fuzz/random.ts'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { cutPower, Transcript } from './cut.ts'
import { type Disk, type DiskFault, openDisk } from './disk.ts'
import { loseDisk } from './disk-loss.ts'
import { startFollower } from './follower.ts'
import { readyOf } from './health.ts'
import { Ledger } from './ledger.ts'
import { startSensor } from './sensor.ts'
import { judge } from './stored.ts'
import { seed, tell, trials } from './trials.ts'
import { until } from './until.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

async function open(): Promise<{ disk: Disk; gateway: GatewayProcess }> {
  const disk = openDisk()
  toClose.push(() => disk.remove())
  const gateway = await startGateway({ config: { data: disk.data }, env: disk.env })
  toClose.push(() => {
    disk.fail({})
    return gateway.stop()
  })
  return { disk, gateway }
}

const faults: readonly DiskFault[] = [{ sync: 'EIO' }, { write: 'EIO' }, { write: 'EIO', sync: 'EIO', read: 'EIO' }]

it('I/O error on write, fsync and everything under load, and back', async (context) => {
  const { disk, gateway } = await open()
  await loseDisk(context, gateway, trials(3, 60), {
    lose: (trial) => disk.fail(faults[trial % faults.length]!),
    mend: () => disk.fail({}),
    said: { code: 503, state: 'failed', detail: 'rivulet.db' },
  })
  expect(gateway.output()).toMatch(/dmesg.*: readings wait in memory until it works again/)
}, 3_600_000)

it('I/O error on reading what is stored, and back', async (context) => {
  const { disk, gateway } = await open()
  const ledger = new Ledger()
  const sensor = startSensor({ ledger, port: gateway.mqttPort, name: 'flood', rate: 4_000 })
  toClose.push(() => sensor.stop())
  await until('a few thousand are stored', () => ledger.acknowledgedCount > 3_000)
  await sensor.finish()
  // Then everything has to be read from the disk.
  await gateway.kill()
  await gateway.restart()
  disk.fail({ read: 'EIO' })
  const late = startFollower(ledger.witness('late'), () => gateway.url)
  toClose.push(() => late.stop())
  await until('it is said', async () => (await readyOf(gateway)).log.unreadable !== undefined)
  // One that has to be looked up begins with the disk: sent away, not refused, so that an EventSource comes back.
  const away = await fetch(`${gateway.url}/api/stream?last=5`)
  expect([away.status, await away.text()]).toEqual([200, expect.stringMatching(/^retry: \d+\n\n$/)])
  const answer = await fetch(`${gateway.url}/api/readings?limit=10000`)
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ code: 'corrupt', hint: expect.stringContaining('rivulet check --data') })
  expect((await readGauges(gateway.url)).get('rivulet_log_readable')).toBe(0)
  await until('it says so', () => gateway.output().includes('what is stored cannot be read'))
  disk.fail({})
  const { findings, stored } = await judge(gateway, ledger)
  tell(context, { trials: 1, findings, figures: `${stored.length} stored` })
  expect(findings).toEqual([])
  expect(late.refusals).toEqual([])
  expect((await readyOf(gateway)).log).toEqual({ state: 'ok' })
})

it('power cut after fsync failed: the kernel may have dropped what it could not write', async (context) => {
  const times = trials(3, 200)
  const { disk, gateway } = await open()
  const transcript = new Transcript(disk)
  const load = { ledger: transcript, port: gateway.mqttPort }
  const sensors = [
    startSensor({ ...load, name: 'window', rate: 2_000, window: 20 }),
    startSensor({ ...load, name: 'flood', rate: 3_000 }),
  ]
  toClose.push(...sensors.map((sensor) => () => sensor.stop()))
  const follower = startFollower(transcript, () => gateway.url)
  toClose.push(() => follower.stop())
  for (let failure = 0; failure < trials(2, 15); failure++) {
    const before = transcript.told.length
    await until('readings are acknowledged', () => transcript.told.length > before + 100)
    disk.fail({ sync: 'EIO' })
    await until('a commit fails', async () => (await readyOf(gateway)).log.state === 'failed')
    disk.fail({})
  }
  await Promise.all(sensors.map((sensor) => sensor.stop()))
  await gateway.kill('SIGKILL')
  const recorded = transcript.recorded()
  const failed = recorded.calls.filter(({ kind }) => kind === 'failed-sync').length
  expect(failed).toBeGreaterThan(0)
  const findings = await cutPower(recorded, times, createRandom(seed))
  const figures = `${recorded.calls.length} calls recorded, ${failed} of them failed syncs, ${recorded.told.length} acknowledged; seed ${seed}`
  tell(context, { trials: times, findings, figures })
  expect(findings).toEqual([])
}, 3_600_000)
