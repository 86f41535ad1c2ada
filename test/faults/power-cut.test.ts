import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { openStore } from '../../src/log/open-store.ts'
import { createRandom, type Random } from '../fuzz/random.ts'
import { expectBlocksAreRight } from '../log/block-check.ts'
import { startGateway } from '../setup/gateway.ts'
import { openDisk } from './disk.ts'
import { startFollower } from './follower.ts'
import { type Content, Ledger, type Numbered } from './ledger.ts'
import { type Call, fates, parseRecord, ReplayedDisk } from './replay.ts'
import { startSensor } from './sensor.ts'
import { tell, trials } from './trials.ts'

/** What the disk was told, and what people were told meanwhile; `at` is how much was recorded by then. */
interface Recorded {
  readonly calls: readonly Call[]
  readonly published: readonly Content[]
  readonly acknowledged: readonly (Content & { readonly at: number })[]
  readonly shown: readonly (Numbered & { readonly at: number })[]
  /** The files as they were in the end. */
  readonly files: ReadonlyMap<string, Buffer>
}

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

let recorded: Recorded
beforeAll(async () => {
  recorded = await record(trials(3, 20))
}, 600_000)

/** Runs a gateway under load for so many seconds, with a kill -9 and a clean stop in the middle, and records it. */
async function record(seconds: number): Promise<Recorded> {
  const disk = openDisk()
  const published: Content[] = []
  const acknowledged: (Content & { at: number })[] = []
  const shown: (Numbered & { at: number })[] = []
  const ledger = {
    published: (content: Content) => void published.push(content),
    acknowledged: (content: Content) => void acknowledged.push({ ...content, at: disk.recorded }),
  }
  const witness = { saw: (reading: Numbered) => void shown.push({ ...reading, at: disk.recorded }) }
  const gateway = await startGateway({ config: { data: disk.data }, env: disk.env })
  try {
    // A full window asks for a commit at once; 1,000 readings are another; the rest waits for its second.
    const sensors = [
      startSensor({ ledger, port: gateway.mqttPort, name: 'window', rate: 2_000, window: 20 }),
      startSensor({ ledger, port: gateway.mqttPort, name: 'flood', rate: 3_000 }),
      startSensor({ ledger, port: gateway.mqttPort, name: 'slow', rate: 20 }),
    ]
    const follower = startFollower(witness, () => gateway.url)
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      await sleep((seconds * 1000) / 3)
      await gateway.kill(signal)
      await gateway.restart()
    }
    await sleep((seconds * 1000) / 3)
    await Promise.all(sensors.map((sensor) => sensor.stop()))
    await follower.stop()
    await gateway.kill()
    const calls = parseRecord(disk.record())
    const files = new Map([['rivulet.db', readFileSync(join(disk.data, 'rivulet.db'))]])
    return { calls, published, acknowledged, shown, files }
  } finally {
    await gateway.stop()
    disk.remove()
  }
}

/** Opens what a power cut has left, and says which promises it breaks. */
async function judge(files: ReadonlyMap<string, Uint8Array>, at: number, what: Recorded): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-cut-'))
  try {
    mkdirSync(join(folder, 'data'))
    for (const [name, content] of files) writeFileSync(join(folder, 'data', name), content)
    const store = await openStore({ folder: join(folder, 'data') })
    const { first } = store.runs.at(-1)!
    await store.close()
    const shown = what.shown.filter((reading) => reading.at <= at)
    const again = shown.filter(({ seq }) => seq >= first)
    const file = join(folder, 'data/rivulet.db')
    expectBlocksAreRight(file)

    const ledger = new Ledger()
    for (const content of what.published) ledger.published(content)
    for (const content of what.acknowledged) if (content.at <= at) ledger.acknowledged(content)
    const witness = ledger.witness('a client', ({ value }) => shown.some((reading) => reading.value === value))
    for (const reading of shown) witness.saw(reading)
    ledger.crashed(Number.POSITIVE_INFINITY)
    return [
      ...again.map(({ seq }) => `${seq} may be given again`),
      ...ledger
        .judge(storedIn(file))
        .filter(({ kind }) => kind !== 'missed' && kind !== 'stray')
        .map(({ kind, text }) => `${kind} ${text}`),
    ]
  } catch (error) {
    return [`it does not open: ${(error as Error).message}`]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function storedIn(file: string): Numbered[] {
  const db = new Database(file, { readonly: true })
  try {
    const problems = db.pragma('integrity_check') as { integrity_check: string }[]
    expect(problems).toEqual([{ integrity_check: 'ok' }])
    return db
      .prepare('SELECT seq, device, metric, value FROM reading JOIN series ON series.id = series ORDER BY seq')
      .all() as Numbered[]
  } finally {
    db.close()
  }
}

/** Cuts the power so many times, at random calls, each with a random fate of what was not synced. */
async function cut(what: Recorded, times: number, random: Random): Promise<string[]> {
  const cuts = Array.from({ length: times }, () => random.below(what.calls.length)).sort((a, b) => a - b)
  const disk = new ReplayedDisk(random)
  const findings: string[] = []
  let done = 0
  for (const upTo of cuts) {
    for (; done <= upTo; done++) disk.apply(what.calls[done]!)
    const fate = random.pick(fates)
    const { at, kind } = what.calls[upTo]!
    const where = `after call ${upTo} (${kind}) with ${fate} of what was not synced`
    findings.push(...(await judge(disk.cut(fate), at, what)).map((finding) => `${where}: ${finding}`))
  }
  return findings
}

it('replays the record to the very files that were written', () => {
  const disk = new ReplayedDisk(createRandom(1))
  for (const call of recorded.calls) disk.apply(call)
  const files = disk.cut('all')
  expect([...files.keys()]).toEqual(['rivulet.db'])
  expect(Buffer.compare(files.get('rivulet.db')!, recorded.files.get('rivulet.db')!)).toBe(0)
})

it('finds what is lost when nothing is synced', async () => {
  const disk = new ReplayedDisk(createRandom(1))
  for (const call of recorded.calls) if (call.kind !== 'sync') disk.apply(call)
  const { at } = recorded.calls.at(-1)!
  expect(await judge(disk.cut('none'), at, recorded)).toContainEqual(expect.stringContaining('lost'))
})

it('power cut at a random write, with unsynced writes dropped, reordered and torn', async (context) => {
  const times = trials(12, 400)
  const seed = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000)
  const findings = await cut(recorded, times, createRandom(seed))
  const figures = `${recorded.calls.length} calls recorded, ${recorded.calls.filter(({ kind }) => kind === 'sync').length} of them syncs, ${recorded.acknowledged.length} acknowledged; seed ${seed}`
  tell(context, { trials: times, findings, figures })
  expect(findings).toEqual([])
  expect(recorded.acknowledged.length).toBeGreaterThan(500)
}, 3_600_000)
