import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { isOnReadOnlyDisk } from '../../folder.ts'
import type { Millis, Seq } from '../../reading.ts'
import { blockOf, someCount } from '../block.ts'
import type { Row } from './cells.ts'
import { type TableName, tableNames } from './tables.ts'
import type { Damage } from './wreck.ts'

/** Readings that the block index knows of and that were not found. */
export interface Lost {
  readonly readings: number
  readonly from: Seq
  readonly to: Seq
  /** When they were measured, at the earliest and at the latest. */
  readonly since: Millis
  readonly until: Millis
}

/** What is left of a database. */
export interface Survey {
  /** What is wrong, a line each; empty when nothing is. */
  readonly problems: readonly string[]
  /** Rows that can be saved. */
  readonly rows: Readonly<Record<TableName, number>>
  /** Null where nothing is missing, as far as the block index can tell. */
  readonly lost: Lost | null
}

/** Problems that are named; the rest are counted. */
const namedMax = 10

/** Counts what a wreck gives, to tell what it does not give. */
export class Tally {
  readonly rows = Object.fromEntries(tableNames.map((name) => [name, 0])) as Record<TableName, number>
  readonly #found = new Map<number, number>()
  readonly #blocks: (readonly [first: Seq, last: Seq, since: Millis, until: Millis, readings: number])[] = []
  #floor: Seq = 0

  add(table: TableName, { key, columns }: Row): void {
    this.rows[table]++
    if (table === 'reading') this.#found.set(blockOf(key), (this.#found.get(blockOf(key)) ?? 0) + 1)
    if (table === 'state') this.#floor = columns[2] as Seq
    if (table !== 'block') return
    const [, first, last, since, until, , series] = columns as [null, Seq, Seq, Millis, Millis, Millis, Uint8Array]
    let readings = 0
    try {
      someCount(series, (_, count) => {
        readings += count
        return false
      })
    } catch {
      // It does not say how many there were.
      return
    }
    this.#blocks.push([first, last, since, until, readings])
  }

  /** Of blocks that retention had begun to drop nobody knows how much was there. */
  get lost(): Lost | null {
    const short = this.#blocks
      .map((block) => ({ block, missing: block[4] - (this.#found.get(blockOf(block[0])) ?? 0) }))
      .filter(({ block, missing }) => missing > 0 && block[0] >= this.#floor)
    if (short.length === 0) return null
    const blocks = short.map(({ block }) => block)
    return {
      readings: short.reduce((sum, { missing }) => sum + missing, 0),
      from: Math.min(...blocks.map(([first]) => first)),
      to: Math.max(...blocks.map(([, last]) => last)),
      since: Math.min(...blocks.map(([, , since]) => since)),
      until: Math.max(...blocks.map(([, , , until]) => until)),
    }
  }
}

/** What a wreck has given, and what is wrong with it. Nobody may write to the file meanwhile. */
export function surveyed(file: string, tally: Tally, damage: readonly Damage[]): Survey {
  const pages = damage.map(({ table, page }) => `page ${page}, of the table ${table}, cannot be read`)
  const problems = pages.length > 0 ? pages : problemsOf(file)
  const rest = problems.length - namedMax
  const named = rest > 0 ? [...problems.slice(0, namedMax), `and ${rest} more like these`] : problems
  return { problems: named, rows: tally.rows, lost: tally.lost }
}

/**
 * What SQLite has to say: of free pages and indexes, which hold nothing that could be lost. Nothing where the disk is mounted
 * read-only, since it opens no such database where it can write nothing beside it.
 */
function problemsOf(file: string): string[] {
  try {
    const db = new Database(file, { readonly: true })
    try {
      const found = db.pragma(`integrity_check(${namedMax})`) as { integrity_check: string }[]
      return found.map(({ integrity_check: text }) => text.replaceAll(/\s+/g, ' ')).filter((text) => text !== 'ok')
    } finally {
      db.close()
    }
  } catch (error) {
    return isOnReadOnlyDisk(dirname(file)) ? [] : [(error as Error).message]
  }
}
