import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, it } from 'vitest'
import { createRandom } from '../fuzz/random.ts'
import { startGateway } from '../setup/gateway.ts'
import { cutPower, judgeCut, type Recorded, Transcript } from './cut.ts'
import { openDisk } from './disk.ts'
import { startFollower } from './follower.ts'
import { ReplayedDisk } from './replay.ts'
import { startSensor } from './sensor.ts'
import { seed, tell, trials } from './trials.ts'

let recorded: Recorded & { readonly file: Buffer }
beforeAll(async () => {
  recorded = await record(trials(2, 20))
}, 600_000)

/** Runs a gateway under load for so many seconds, with a kill -9 and a clean stop in the middle, and records it. */
async function record(seconds: number): Promise<typeof recorded> {
  const disk = openDisk()
  const transcript = new Transcript(disk)
  const gateway = await startGateway({ config: { data: disk.data }, env: disk.env })
  try {
    const load = { ledger: transcript, port: gateway.mqttPort }
    // A full window asks for a commit at once; 1,000 readings are another; the rest waits for its second.
    const sensors = [
      startSensor({ ...load, name: 'window', rate: 2_000, window: 20 }),
      startSensor({ ...load, name: 'flood', rate: 3_000 }),
      startSensor({ ...load, name: 'slow', rate: 20 }),
    ]
    const follower = startFollower(transcript, () => gateway.url)
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      await sleep((seconds * 1000) / 3)
      await gateway.kill(signal)
      await gateway.restart()
    }
    await sleep((seconds * 1000) / 3)
    await Promise.all(sensors.map((sensor) => sensor.stop()))
    await follower.stop()
    await gateway.kill()
    return { ...transcript.recorded(), file: readFileSync(join(disk.data, 'rivulet.db')) }
  } finally {
    await gateway.stop()
    disk.remove()
  }
}

it('replays the record to the very files that were written', () => {
  const disk = new ReplayedDisk(createRandom(1))
  for (const call of recorded.calls) disk.apply(call)
  const files = disk.cut('all')
  expect([...files.keys()]).toEqual(['rivulet.db'])
  expect(Buffer.compare(files.get('rivulet.db')!, recorded.file)).toBe(0)
})

it('finds what is lost when nothing is synced', async () => {
  const disk = new ReplayedDisk(createRandom(1))
  for (const call of recorded.calls) if (call.kind !== 'sync') disk.apply(call)
  const { at } = recorded.calls.at(-1)!
  expect(await judgeCut(disk.cut('none'), at, recorded)).toContainEqual(expect.stringContaining('lost'))
})

it('power cut at a random write, with unsynced writes dropped, reordered and torn', async (context) => {
  const times = trials(8, 400)
  const findings = await cutPower(recorded, times, createRandom(seed))
  const figures = `${recorded.calls.length} calls recorded, ${recorded.calls.filter(({ kind }) => kind === 'sync').length} of them syncs, ${recorded.told.length} acknowledged; seed ${seed}`
  tell(context, { trials: times, findings, figures })
  expect(findings).toEqual([])
  expect(recorded.told.length).toBeGreaterThan(100)
}, 3_600_000)
