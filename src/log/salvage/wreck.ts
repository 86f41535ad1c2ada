import Database from 'better-sqlite3'
import type { Seq } from '../../reading.ts'
import { pageBytes } from '../database.ts'
import { migrate } from '../schema.ts'
import { innerCell, type Row, rowAt, type TreePage, treePage } from './cells.ts'
import { Pages } from './pages.ts'
import { immutable, shapes, type TableName, tableNames } from './tables.ts'

/** A page that could not be read, and the keys that were or may have been on it or below: those between these two. */
export interface Damage {
  readonly table: TableName
  readonly page: number
  readonly above: number
  readonly below: number
}

export type Visit = (table: TableName, row: Row) => void

/** A page found outside of every tree, with rows that a damaged tree misses. */
interface Stray {
  readonly table: TableName
  readonly page: number
  readonly first: number
  readonly rows: number
}

/**
 * A database that may be damaged anywhere, read page by page: each table's tree as far as it goes, and then the pages that no tree
 * reached any more, since the rows that matter most never change once they are written.
 */
export class Wreck {
  readonly damage: Damage[] = []
  readonly #pages: Pages
  readonly #roots: ReadonlyMap<string, number>
  readonly #reached: Uint8Array
  /** First and last key of every leaf that was read, ascending, of tables whose rows stay for as long as they are known. */
  readonly #leaves: Partial<Record<TableName, number[]>> = { series: [], reading: [] }
  #floor: Seq = 0

  constructor(file: string) {
    this.#pages = new Pages(file)
    this.#reached = new Uint8Array(this.#pages.count + 1)
    this.#roots = this.#findRoots()
  }

  close(): void {
    this.#pages.close()
  }

  /** Visits every row that can be saved, each key of a table once; of each table those in its tree first. To be called once. */
  visit(visit: Visit): void {
    for (const table of tableNames) {
      const root = this.#roots.get(table)
      if (root !== undefined) this.#walk({ table, page: root, above: -Infinity, below: Infinity }, visit)
    }
    this.#visitStrays(visit)
  }

  /** From the schema; where that cannot be read, as they are in every database that our migrations have made. */
  #findRoots(): Map<string, number> {
    const roots = new Map<string, number>()
    const read = (page: number): void => {
      const bytes = this.#pages.read(page)
      const tree = bytes && treePage(bytes, page)
      if (!tree?.isTable) throw new Error(`page ${page} is none of the schema`)
      if (!tree.isLeaf)
        for (const child of [...tree.cells.map((at) => innerCell(bytes!, at).child), tree.last]) read(child)
      else
        for (const cell of tree.cells) {
          const [type, name, , root] = rowAt(this.#pages, bytes!, cell, true, () => {}).columns
          if (type === 'table' && tableNames.includes(name as TableName)) roots.set(name as string, root as number)
        }
    }
    try {
      read(1)
      return roots
    } catch {
      return freshRoots()
    }
  }

  #walk(place: Damage, visit: Visit): void {
    const { table, page } = place
    const isFresh = page > 1 && page <= this.#pages.count && this.#reached[page] === 0
    const bytes = isFresh ? this.#pages.read(page) : null
    const tree = bytes && treePage(bytes, page)
    const children = tree?.isTable === (table !== 'record') ? childrenOf(bytes!, tree, place) : null
    if (!bytes || !tree || !children) {
      this.damage.push(place)
      return
    }
    this.#reached[page] = 1
    for (const child of children) this.#walk(child, visit)
    // Of an index, rows lie within the tree as well.
    if (tree.isTable && !tree.isLeaf) return
    const { rows, isWhole } = this.#rowsOn(bytes, tree, place)
    for (const row of rows) {
      if (table === 'state') this.#floor = row.columns[2] as Seq
      visit(table, row)
    }
    if (rows.length > 0) this.#leaves[table]?.push(rows[0]!.key, rows.at(-1)!.key)
    if (!isWhole) this.damage.push(place)
  }

  /**
   * The rows on a page, ascending, and whether those are all that were there. What half a page was written over with seldom looks
   * like a row, but one row lies across the edge; so those that are stored beside what is none are not trusted either.
   */
  #rowsOn(bytes: Uint8Array, tree: TreePage, { table, above, below }: Omit<Damage, 'page'>) {
    let before = above
    const found = tree.cells.map((cell) => {
      const row = this.#rowAt(bytes, tree.isLeaf ? cell : cell + 4, table)
      if (!row || (tree.isTable && (row.key <= before || row.key >= below))) return { cell, row: null }
      before = row.key
      return { cell, row }
    })
    const stored = [...found].sort((a, b) => a.cell - b.cell)
    const doubtful = new Set(
      stored.flatMap(({ row }, i) => (row ? [] : [stored[i - 1]?.row ?? null, stored[i + 1]?.row ?? null])),
    )
    const rows = found.flatMap(({ row }) => (row && !doubtful.has(row) ? [row] : []))
    return { rows, isWhole: rows.length === found.length }
  }

  #rowAt(bytes: Uint8Array, cell: number, table: TableName): Row | null {
    const overflow: number[] = []
    try {
      const row = rowAt(this.#pages, bytes, cell, table !== 'record', (page) => overflow.push(page))
      if (!shapes[table](row.columns)) return null
      for (const page of overflow) this.#reached[page] = 1
      return row
    } catch {
      return null
    }
  }

  #visitStrays(visit: Visit): void {
    const last = new Map<TableName, number>()
    for (const { table, page } of this.#strays()) {
      for (const row of this.#missingOn(page, table)) {
        // Pages that were moved, or were left behind when a page was split, may hold the same rows.
        if (row.key <= (last.get(table) ?? -Infinity)) continue
        last.set(table, row.key)
        visit(table, row)
      }
    }
  }

  /** In the order of their keys; of two with the same first one, the fuller first. */
  #strays(): Stray[] {
    const strays: Stray[] = []
    for (let page = 2; page <= this.#pages.count; page++) {
      if (this.#reached[page] === 1) continue
      for (const table of immutable) {
        const rows = this.#missingOn(page, table)
        if (rows.length > 0) strays.push({ table, page, first: rows[0]!.key, rows: rows.length })
      }
    }
    return strays.sort((a, b) => a.first - b.first || b.rows - a.rows)
  }

  #missingOn(page: number, table: TableName): Row[] {
    const bytes = this.#pages.read(page)
    const tree = bytes && treePage(bytes, page)
    if (!tree?.isLeaf || !tree.isTable) return []
    const { rows } = this.#rowsOn(bytes!, tree, { table, above: -Infinity, below: Infinity })
    return rows.filter(({ key }) => this.#isMissing(table, key))
  }

  /**
   * Whether a row belongs where a tree is damaged, or where it has none: a page in the place of another may look as it should.
   * Pages that are free hold readings that retention dropped, or that were moved.
   */
  #isMissing(table: TableName, key: number): boolean {
    if (table === 'reading' && key < this.#floor) return false
    if (this.damage.some((lost) => lost.table === table && key > lost.above && key < lost.below)) return true
    const leaves = this.#leaves[table]
    if (!leaves) return false
    let [from, to] = [0, leaves.length / 2]
    while (from < to) {
      const middle = (from + to) >> 1
      if (leaves[2 * middle + 1]! < key) from = middle + 1
      else to = middle
    }
    return from === leaves.length / 2 || key < leaves[2 * from]!
  }
}

/** The pages below a page, each with the keys that may be there; null when they cannot be right. */
function childrenOf(bytes: Uint8Array, { isLeaf, isTable, cells, last }: TreePage, place: Damage): Damage[] | null {
  if (isLeaf) return []
  const children: Damage[] = []
  let { above } = place
  try {
    for (const cell of cells) {
      const { child, key } = innerCell(bytes, cell)
      // A key is the greatest below its child, and need not be there any more.
      if (isTable && (key <= above || key >= place.below)) return null
      children.push(isTable ? { ...place, page: child, above, below: key + 1 } : { ...place, page: child })
      if (isTable) above = key
    }
  } catch {
    return null
  }
  return [...children, { ...place, page: last, above }]
}

function freshRoots(): Map<string, number> {
  const db = new Database(':memory:')
  try {
    db.pragma(`page_size = ${pageBytes}`)
    db.pragma('auto_vacuum = INCREMENTAL')
    migrate(db)
    return new Map(
      db.prepare("SELECT name, rootpage FROM sqlite_schema WHERE type = 'table'").raw().all() as [string, number][],
    )
  } finally {
    db.close()
  }
}
