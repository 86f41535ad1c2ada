import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openStore } from '../../src/log/open-store.ts'
import type { Random } from '../fuzz/random.ts'
import { expectBlocksAreRight } from '../log/block-check.ts'
import type { Disk } from './disk.ts'
import { type Content, Ledger, type Numbered, type Witness } from './ledger.ts'
import { type Call, fates, parseRecord, ReplayedDisk } from './replay.ts'

/** How much was recorded when somebody was told something. */
interface Moment {
  readonly at: number
}

/** Writes down what people were told while a disk was recorded, and when. */
export class Transcript implements Pick<Ledger, 'published' | 'acknowledged'>, Pick<Witness, 'saw'> {
  readonly sent: Content[] = []
  readonly told: (Content & Moment)[] = []
  readonly shown: (Numbered & Moment)[] = []
  readonly #disk: Disk

  constructor(disk: Disk) {
    this.#disk = disk
  }

  published(content: Content): void {
    this.sent.push(content)
  }

  acknowledged(content: Content): void {
    this.told.push({ ...content, at: this.#disk.recorded })
  }

  saw(reading: Numbered): void {
    this.shown.push({ ...reading, at: this.#disk.recorded })
  }

  /** To be called when the gateway has ended. */
  recorded(): Recorded {
    return { calls: parseRecord(this.#disk.record()), sent: this.sent, told: this.told, shown: this.shown }
  }
}

/** What the disk was told, and what people were told meanwhile. */
export interface Recorded {
  readonly calls: readonly Call[]
  readonly sent: readonly Content[]
  readonly told: readonly (Content & Moment)[]
  readonly shown: readonly (Numbered & Moment)[]
}

/** Opens what a power cut has left, and says which promises it breaks. */
export async function judgeCut(files: ReadonlyMap<string, Uint8Array>, at: number, what: Recorded): Promise<string[]> {
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
    for (const content of what.sent) ledger.published(content)
    for (const content of what.told) if (content.at <= at) ledger.acknowledged(content)
    const witness = ledger.witness('a client')
    for (const reading of shown) witness.saw(reading)
    ledger.crashed(Number.POSITIVE_INFINITY)
    return [
      ...again.map(({ seq }) => `${seq} may be given again`),
      ...ledger
        .judge(storedIn(file))
        // The client was cut off as well.
        .filter(({ kind }) => kind !== 'missed')
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
    const [problem] = db.pragma('integrity_check') as { integrity_check: string }[]
    if (problem?.integrity_check !== 'ok') throw new Error(problem?.integrity_check)
    return db
      .prepare('SELECT seq, device, metric, value FROM reading JOIN series ON series.id = series ORDER BY seq')
      .all() as Numbered[]
  } finally {
    db.close()
  }
}

/** Cuts the power so many times, at random calls, each with a random fate of what was not synced. */
export async function cutPower(what: Recorded, times: number, random: Random): Promise<string[]> {
  const cuts = Array.from({ length: times }, () => random.below(what.calls.length)).sort((a, b) => a - b)
  const disk = new ReplayedDisk(random)
  const findings: string[] = []
  let done = 0
  for (const upTo of cuts) {
    for (; done <= upTo; done++) disk.apply(what.calls[done]!)
    const fate = random.pick(fates)
    const { at, kind } = what.calls[upTo]!
    const where = `after call ${upTo} (${kind}) with ${fate} of what was not synced`
    findings.push(...(await judgeCut(disk.cut(fate), at, what)).map((finding) => `${where}: ${finding}`))
  }
  return findings
}
