import { pageBytes } from '../database.ts'
import type { Pages } from './pages.ts'

/** A value as SQLite stores it; text and blobs are told apart. */
export type Stored = null | number | string | Uint8Array

export interface Row {
  /** Of a table: its rowid; of an index 0. */
  readonly key: number
  readonly columns: readonly Stored[]
}

/** What a page of a tree is (https://sqlite.org/fileformat.html#b_tree_pages). */
export interface TreePage {
  readonly isLeaf: boolean
  readonly isTable: boolean
  /** Where its cells begin. */
  readonly cells: readonly number[]
  /** Child behind the last cell; 0 of a leaf. */
  readonly last: number
}

/** Reads a page's header; null when it is none of a tree. Page 1 begins with the header of the file. */
export function treePage(bytes: Uint8Array, page: number): TreePage | null {
  const view = viewOf(bytes)
  const at = page === 1 ? 100 : 0
  const kind = bytes[at]!
  const isLeaf = kind === 10 || kind === 13
  if (!isLeaf && kind !== 2 && kind !== 5) return null
  const count = view.getUint16(at + 3)
  const head = at + (isLeaf ? 8 : 12)
  if (head + 2 * count > pageBytes) return null
  const cells = Array.from({ length: count }, (_, i) => view.getUint16(head + 2 * i))
  if (cells.some((cell) => cell < head + 2 * count || cell >= pageBytes)) return null
  return { isLeaf, isTable: kind === 5 || kind === 13, cells, last: isLeaf ? 0 : view.getUint32(at + 8) }
}

/** More than the state of any decoder, or a retained message: what claims to be longer is none, and would be read without end. */
const rowBytesMax = 64 * 1024 * 1024

/** The child and key of a cell within a table's tree. */
export function innerCell(bytes: Uint8Array, at: number): { readonly child: number; readonly key: number } {
  return { child: viewOf(bytes).getUint32(at), key: new Source(bytes, at + 4).varint() }
}

/**
 * Reads the row of a cell, with the pages that it overflows into.
 * @param seen told of each of those pages
 * @throws Error when it makes no sense
 */
export function rowAt(
  pages: Pages,
  bytes: Uint8Array,
  at: number,
  isTable: boolean,
  seen: (page: number) => void,
): Row {
  const source = new Source(bytes, at)
  const length = source.varint()
  const key = isTable ? source.varint() : 0
  if (length > rowBytesMax) throw new Error('a row longer than any')
  const most = isTable ? pageBytes - 35 : Math.floor(((pageBytes - 12) * 64) / 255) - 23
  if (length <= most) return { key, columns: columnsOf(source.take(length)) }
  const least = Math.floor(((pageBytes - 12) * 32) / 255) - 23
  const wanted = least + ((length - least) % (pageBytes - 4))
  const payload = [source.take(wanted <= most ? wanted : least)]
  let rest = length - payload[0]!.length
  let next = source.unsigned(4)
  while (rest > 0) {
    const overflow = pages.read(next)
    if (!overflow) throw new Error(`page ${next} cannot be read`)
    seen(next)
    payload.push(overflow.subarray(4, 4 + Math.min(rest, pageBytes - 4)))
    rest -= payload.at(-1)!.length
    next = viewOf(overflow).getUint32(0)
  }
  return { key, columns: columnsOf(Buffer.concat(payload)) }
}

/** https://sqlite.org/fileformat.html#record_format */
function columnsOf(record: Uint8Array): Stored[] {
  const head = new Source(record, 0)
  const headBytes = head.varint()
  const types: number[] = []
  while (head.at < headBytes) types.push(head.varint())
  if (head.at !== headBytes) throw new Error('a row whose header has another length than it says')
  const body = new Source(record, headBytes)
  const columns = types.map((type) => storedAt(body, type))
  if (body.at !== record.length) throw new Error('a row of another length than it says')
  return columns
}

const intBytes = [0, 1, 2, 3, 4, 6, 8]

function storedAt(source: Source, type: number): Stored {
  if (type === 0) return null
  if (type < 7) return source.signed(intBytes[type]!)
  if (type === 7) return viewOf(source.take(8)).getFloat64(0)
  if (type === 8 || type === 9) return type - 8
  if (type < 12) throw new Error('a value of no known kind')
  const bytes = source.take((type - 12) >> 1)
  return type % 2 === 0 ? bytes : Buffer.from(bytes).toString('utf8')
}

class Source {
  at: number
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  take(length: number): Uint8Array {
    const from = this.at
    this.at += length
    if (this.at > this.#bytes.length) throw new Error('a row that ends beyond its page')
    return this.#bytes.subarray(from, this.at)
  }

  unsigned(length: number): number {
    return this.take(length).reduce((number, byte) => number * 256 + byte, 0)
  }

  signed(length: number): number {
    if (length === 8) return Number(viewOf(this.take(8)).getBigInt64(0))
    const number = this.unsigned(length)
    return number >= 2 ** (8 * length - 1) ? number - 2 ** (8 * length) : number
  }

  /** Seven bits a byte, most significant first; the ninth byte has eight. */
  varint(): number {
    let number = 0
    for (let i = 0; i < 8; i++) {
      const [byte] = this.take(1) as unknown as [number]
      number = number * 128 + (byte & 127)
      if (byte < 128) return number
    }
    return Number(BigInt.asIntN(64, BigInt(number) * 256n + BigInt(this.unsigned(1))))
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
