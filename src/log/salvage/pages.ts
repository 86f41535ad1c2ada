import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { pageBytes } from '../database.ts'

/** https://sqlite.org/fileformat.html#the_write_ahead_log: the last bit says in which order checksums take the bytes. */
const walMagic = 0x37_7f_06_82
const walHeaderBytes = 32
const frameHeaderBytes = 24

/**
 * The pages of a database as they are after its last commit, read without SQLite, which gives up at the first one that is
 * damaged. Pages are counted from 1.
 */
export class Pages {
  readonly count: number
  readonly #fd: number
  readonly #newer: ReadonlyMap<number, Uint8Array>

  constructor(file: string) {
    const wal = `${file}-wal`
    this.#newer = statSync(wal, { throwIfNoEntry: false }) ? committedPages(readFileSync(wal)) : new Map()
    this.#fd = openSync(file, 'r')
    this.count = Math.max(Math.floor(fstatSync(this.#fd).size / pageBytes), ...this.#newer.keys())
  }

  /** Null where there is no such page, or the disk does not give it. */
  read(page: number): Uint8Array | null {
    const newer = this.#newer.get(page)
    if (newer || page < 1 || page > this.count) return newer ?? null
    const bytes = new Uint8Array(pageBytes)
    try {
      return readSync(this.#fd, bytes, 0, pageBytes, (page - 1) * pageBytes) === pageBytes ? bytes : null
    } catch {
      return null
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** The newest of each page in the write-ahead log, up to its last commit that is whole. */
function committedPages(wal: Buffer): Map<number, Uint8Array> {
  const pages = new Map<number, Uint8Array>()
  if (wal.length < walHeaderBytes || (wal.readUInt32BE(0) & ~1) !== walMagic || wal.readUInt32BE(8) !== pageBytes)
    return pages
  const bigEndian = (wal.readUInt32BE(0) & 1) === 1
  const salts = wal.subarray(16, 24)
  let sums = checksum(wal.subarray(0, 24), [0, 0], bigEndian)
  let waiting: [number, Uint8Array][] = []
  for (let at = walHeaderBytes; at + frameHeaderBytes + pageBytes <= wal.length; at += frameHeaderBytes + pageBytes) {
    const content = wal.subarray(at + frameHeaderBytes, at + frameHeaderBytes + pageBytes)
    sums = checksum(content, checksum(wal.subarray(at, at + 8), sums, bigEndian), bigEndian)
    const isWhole = sums[0] === wal.readUInt32BE(at + 16) && sums[1] === wal.readUInt32BE(at + 20)
    if (!isWhole || !salts.equals(wal.subarray(at + 8, at + 16))) break
    waiting.push([wal.readUInt32BE(at), content])
    if (wal.readUInt32BE(at + 4) === 0) continue
    for (const [page, newest] of waiting) pages.set(page, newest)
    waiting = []
  }
  return pages
}

function checksum(bytes: Buffer, [first, second]: readonly [number, number], bigEndian: boolean): [number, number] {
  const word = (at: number) => (bigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at))
  for (let at = 0; at < bytes.length; at += 8) {
    first = (first + word(at) + second) >>> 0
    second = (second + word(at + 4) + first) >>> 0
  }
  return [first, second]
}
