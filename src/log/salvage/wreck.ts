import Database from 'better-sqlite3'
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
    if (this.damage.some(({ table }) => immutable.includes(table))) this.#visitStrays(visit)
  }

  /** From the schema; where that cannot be read, as they are in every database that our migrations have made. */
  #findRoots(): Map<string, number> {
    const roots = new Map<string, number>()
    const bytes = this.#pages.read(1)
    const header = bytes && treePage(bytes, 1)
    try {
      for (const cell of header?.isLeaf ? header.cells : []) {
        const { columns } = rowAt(this.#pages, bytes!, cell, true, () => {})
        if (columns[0] === 'table' && tableNames.includes(columns[1] as TableName))
          roots.set(columns[1] as string, columns[3] as number)
      }
    } catch {
      roots.clear()
    }
    return roots.size > 0 ? roots : freshRoots()
  }

  #walk(place: Damage, visit: Visit): void {
    const { table, page } = place
    const isFresh = page > 1 && page <= this.#pages.count && this.#reached[page] === 0
    const bytes = isFresh ? this.#pages.read(page) : null
    const tree = bytes && treePage(bytes, page)
    if (!bytes || !tree || tree.isTable !== (table !== 'record')) return this.#lose(place)
    if (!tree.isLeaf && tree.isTable) {
      const children = this.#childrenOf(bytes, tree.cells, tree.last, place)
      if (!children) return this.#lose(place)
      this.#reached[page] = 1
      for (const child of children) this.#walk(child, visit)
      return
    }
    this.#reached[page] = 1
    // Of an index, rows lie within the tree as well.
    if (!tree.isLeaf)
      for (const child of [...tree.cells.map((cell) => innerCell(bytes, cell).child), tree.last])
        this.#walk({ ...place, page: child }, visit)
    const { rows, isWhole } = this.#rowsOn(bytes, tree, place)
    for (const row of rows) visit(table, row)
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

  /** The pages below a page of a table's tree, each with the keys that may be there; null when they cannot be right. */
  #childrenOf(bytes: Uint8Array, cells: readonly number[], last: number, place: Damage): Damage[] | null {
    const children: Damage[] = []
    let { above } = place
    try {
      for (const cell of cells) {
        const { child, key } = innerCell(bytes, cell)
        // A key is the greatest below its child, and need not be there any more.
        if (key <= above || key >= place.below) return null
        children.push({ ...place, page: child, above, below: key + 1 })
        above = key
      }
    } catch {
      return null
    }
    children.push({ ...place, page: last, above })
    return children.every(({ page }) => page > 1 && page <= this.#pages.count) ? children : null
  }

  #lose(place: Damage): void {
    this.damage.push(place)
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

  #isMissing(table: TableName, key: number): boolean {
    return this.damage.some((lost) => lost.table === table && key > lost.above && key < lost.below)
  }
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
