import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, expect, it } from 'vitest'
import { openStore } from '../../src/log/open-store.ts'
import { restoreBackup } from '../../src/log/restore.ts'
import { salvage } from '../../src/log/salvage/salvage.ts'
import { createRandom, type Random } from '../fuzz/random.ts'
import { expectBlocksAreRight } from '../log/block-check.ts'
import { startGateway } from '../setup/gateway.ts'
import { Ledger } from './ledger.ts'
import { startSensor } from './sensor.ts'
import { seed, tell, trials } from './trials.ts'
import { until } from './until.ts'

const pageBytes = 1024

/** Rows of 20 bytes and more on a page of 1 KiB. */
const readingsAPage = 60

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

/** The database that a gateway leaves after a few thousand readings. */
async function fill(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-corrupt-'))
  toClose.push(() => rmSync(folder, { recursive: true, force: true }))
  const gateway = await startGateway()
  toClose.push(() => gateway.stop())
  const ledger = new Ledger()
  const sensor = startSensor({ ledger, port: gateway.mqttPort, name: 'flood', rate: 5_000 })
  toClose.push(() => sensor.stop())
  await until('a block of readings and more is stored', () => ledger.acknowledgedCount > 6_000)
  await sensor.finish()
  await gateway.kill()
  copyFileSync(join(gateway.data, 'rivulet.db'), join(folder, 'whole.db'))
  return folder
}

/** Makes a page, or the half of it, something else: what was there before, nothing at all, or noise. */
function damage(file: string, page: number, random: Random): string {
  const bytes = readFileSync(file)
  const [from, length] = random.pick([
    [0, pageBytes],
    [0, pageBytes / 2],
    [pageBytes / 2, pageBytes / 2],
  ] as const)
  const how = random.pick(['zeros', 'noise', 'another page'])
  const other = random.below(bytes.length / pageBytes) * pageBytes
  const at = page * pageBytes + from
  if (how === 'another page') bytes.copyWithin(at, other + from, other + from + length)
  else for (let i = 0; i < length; i++) bytes[at + i] = how === 'zeros' ? 0 : random.below(256)
  writeFileSync(file, bytes)
  return `${how} on bytes ${from} to ${from + length} of page ${page + 1}`
}

const query = 'SELECT seq, device, metric, value FROM reading LEFT JOIN series ON series.id = series'

function contentsOf(file: string): Map<number, string> {
  const db = new Database(file, { readonly: true })
  try {
    return new Map(
      (db.prepare(query).raw().all() as [number, ...unknown[]][]).map(([seq, ...rest]) => [seq, rest.join(' ')]),
    )
  } finally {
    db.close()
  }
}

/** Damages a copy, saves what can be saved, and opens that. Returns what is wrong with it, and how many readings were lost. */
async function salvageOne(folder: string, page: number, random: Random): Promise<{ findings: string[]; lost: number }> {
  const data = join(folder, 'data')
  const [file, saved] = [join(data, 'rivulet.db'), join(folder, 'saved.db')]
  rmSync(data, { recursive: true, force: true })
  rmSync(saved, { force: true })
  restoreBackup(join(folder, 'whole.db'), data)
  const before = contentsOf(file)
  const where = damage(file, page, random)
  try {
    salvage(data, saved)
    restoreBackup(saved, data)
    const store = await openStore({ folder: data })
    const head = store.append([{ device: 'mqtt:new', metric: 'step', unit: null, value: 1, time: Date.now() }])
    await store.durable(head)
    await store.close()
    expectBlocksAreRight(file)
    const after = contentsOf(file)
    after.delete(head)
    const lost = [...before.keys()].filter((seq) => !after.has(seq)).length
    // A name that was lost is told as such; a value is what it was, or is not there.
    const wrong = [...after].filter(([seq, text]) => text !== before.get(seq) && !text.startsWith('salvaged:'))
    const findings = [
      ...wrong.slice(0, 3).map(([seq, text]) => `${seq} became ${text}`),
      ...(lost > readingsAPage ? [`${lost} readings were lost`] : []),
      ...(before.has(head) ? [`${head} was given again`] : []),
    ]
    return { findings: findings.map((finding) => `${where}: ${finding}`), lost }
  } catch (error) {
    return { findings: [`${where}: ${(error as Error).stack}`], lost: 0 }
  }
}

it('a page that is damaged anywhere costs what was on it', async (context) => {
  const folder = await fill()
  const times = trials(4, 300)
  const random = createRandom(seed)
  const pages = readFileSync(join(folder, 'whole.db')).length / pageBytes
  const findings: string[] = []
  let lost = 0
  for (let trial = 0; trial < times; trial++) {
    // The first pages hold the header and the roots of all tables: they get half of the trials.
    const page = random.below(trial % 2 === 0 ? 16 : pages)
    const one = await salvageOne(folder, page, random)
    findings.push(...one.findings)
    lost += one.lost
  }
  tell(context, {
    trials: times,
    findings,
    figures: `${pages} pages; ${(lost / times).toFixed(1)} readings lost a page; seed ${seed}`,
  })
  expect(findings).toEqual([])
}, 3_600_000)
