import type { Random } from '../fuzz/random.ts'

/** One recorded call; `at` is where its entry ends in the record. */
export interface Call {
  readonly kind: 'open' | 'create' | 'write' | 'truncate' | 'sync' | 'failed-sync' | 'unlink' | 'folder-sync'
  /** Names the file's content, which outlives its name. */
  readonly file: number
  readonly name: string
  readonly offset: number
  readonly data: Uint8Array
  readonly at: number
}

const kinds: Record<string, Call['kind']> = {
  o: 'open',
  c: 'create',
  w: 'write',
  t: 'truncate',
  s: 'sync',
  f: 'failed-sync',
  u: 'unlink',
  d: 'folder-sync',
}

/** Size of disk.c's `struct entry`. */
const headBytes = 24

/** Of a database these tell nothing: one is a map of another file, the other is a lock. */
const isIgnored = (name: string) => name.endsWith('-shm') || name.endsWith('-lock') || name.includes('-lock-')

/** Reads a record. A process numbers its open files from 1; here a file keeps one number over all of its opening. */
export function parseRecord(record: Buffer): Call[] {
  const calls: Call[] = []
  const names = new Map<number, string>()
  const files = new Map<string, number>()
  for (let at = 0; at + headBytes <= record.length; ) {
    const kind = kinds[String.fromCharCode(record[at]!)]!
    const opened = record.readUInt32LE(at + 4)
    const offset = Number(record.readBigUInt64LE(at + 8))
    const length = record.readUInt32LE(at + 16)
    const data = record.subarray(at + headBytes, at + headBytes + length)
    at += headBytes + length
    if (kind === 'open' || kind === 'create') names.set(opened, data.toString())
    const name = kind === 'unlink' ? data.toString() : (names.get(opened) ?? '')
    if (isIgnored(name)) continue
    if (kind === 'create' || !files.has(name)) files.set(name, calls.length + 1)
    calls.push({ kind, file: files.get(name)!, name, offset, data, at })
    if (kind === 'unlink') files.delete(name)
  }
  return calls
}

/** What a power cut does to calls that were not synced. */
export type Fate = 'all' | 'none' | 'prefix' | 'some' | 'sectors'
export const fates: readonly Fate[] = ['all', 'none', 'prefix', 'some', 'sectors']

/** What a disk writes whole or not at all. */
const sectorBytes = 512

/** A disk with a volatile cache, to which recorded calls are made again. Names are as volatile as contents (POSIX fsync, fsync(2)). */
export class ReplayedDisk {
  readonly #random: Random
  /** On the platter, by file. */
  readonly #durable = new Map<number, Uint8Array>()
  readonly #durableNames = new Map<string, number>()
  readonly #unsynced: Call[] = []

  constructor(random: Random) {
    this.#random = random
  }

  apply(call: Call): void {
    if (call.kind === 'sync') this.#settle((waiting) => waiting.file === call.file && isOfContent(waiting), 'all')
    else if (call.kind === 'folder-sync') this.#settle((waiting) => !isOfContent(waiting), 'all')
    // The kernel reports a page it could not write once, and then takes it for clean: what becomes of it nobody knows.
    else if (call.kind === 'failed-sync')
      this.#settle((waiting) => waiting.file === call.file && isOfContent(waiting), 'some')
    else if (call.kind !== 'open') this.#unsynced.push(call)
  }

  /** The files as they are found after a power cut now. */
  cut(fate: Fate): Map<string, Uint8Array> {
    const contents = new Map(this.#durable)
    const names = new Map(this.#durableNames)
    this.#choose(this.#unsynced, fate, contents, names)
    return new Map([...names].map(([name, file]) => [name, contents.get(file) ?? new Uint8Array()]))
  }

  #settle(concerns: (call: Call) => boolean, fate: Fate): void {
    const settled = this.#unsynced.filter(concerns)
    const rest = this.#unsynced.filter((call) => !concerns(call))
    this.#unsynced.length = 0
    this.#unsynced.push(...rest)
    this.#choose(settled, fate, this.#durable, this.#durableNames)
  }

  #choose(calls: readonly Call[], fate: Fate, contents: Map<number, Uint8Array>, names: Map<string, number>): void {
    const upTo = fate === 'prefix' ? this.#random.below(calls.length + 1) : calls.length
    const owned = new Set<number>()
    calls.forEach((call, i) => {
      if (!isOfContent(call)) {
        if (fate !== 'all' && (fate === 'none' || i >= upTo || this.#random.once(2))) return
        if (call.kind === 'create') names.set(call.name, call.file)
        else names.delete(call.name)
        return
      }
      const isTorn = fate === 'sectors' || (fate === 'prefix' && i === upTo)
      if (fate === 'none' || i > upTo || (i === upTo && !isTorn)) return
      if (fate === 'some' && this.#random.once(2)) return
      // The platter of the disk itself stays as it is while a cut is tried.
      const before = contents.get(call.file) ?? new Uint8Array()
      const content = owned.has(call.file) || contents === this.#durable ? before : before.slice()
      owned.add(call.file)
      contents.set(call.file, isTorn ? this.#tear(content, call) : written(content, call))
    })
  }

  /** Writes some sectors of it. */
  #tear(content: Uint8Array, call: Call): Uint8Array {
    if (call.kind === 'truncate') return this.#random.once(2) ? written(content, call) : content
    let torn = content
    for (let from = 0; from < call.data.length; ) {
      const end = Math.min(call.data.length, from + sectorBytes - ((call.offset + from) % sectorBytes))
      if (this.#random.once(2))
        torn = written(torn, { ...call, offset: call.offset + from, data: call.data.subarray(from, end) })
      from = end
    }
    return torn
  }
}

function isOfContent({ kind }: Call): boolean {
  return kind === 'write' || kind === 'truncate'
}

/** The content after the call: in place where it fits, since a database is written to thousands of times. */
function written(content: Uint8Array, { kind, offset, data }: Call): Uint8Array {
  const size = kind === 'truncate' ? offset : Math.max(content.length, offset + data.length)
  const result = size === content.length ? content : resized(content, size)
  if (kind === 'write') result.set(data, offset)
  return result
}

function resized(content: Uint8Array, size: number): Uint8Array {
  // Room beyond the end, cleared again where the file was cut: growing by a page must not copy all of it.
  if (size <= content.buffer.byteLength && content.byteOffset === 0) {
    const larger = new Uint8Array(content.buffer, 0, size)
    if (size > content.length) larger.fill(0, content.length)
    return larger
  }
  const larger = new Uint8Array(new ArrayBuffer(Math.max(65_536, size * 2)), 0, size)
  larger.set(content)
  return larger
}
