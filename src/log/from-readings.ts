import { setImmediate } from 'node:timers/promises'
import type { Millis, Quality, Seq } from '../reading.ts'
import { Buckets } from './buckets.ts'
import { type Change, Changes } from './changes.ts'
import { kindBoolean, kindMask, kindNumber, kindText, qualityOf, type Rows } from './columns.ts'
import type { TimeRange } from './log.ts'
import type { LookBack } from './look-back.ts'
import type { SeriesAnswer } from './messages.ts'
import type { Reader } from './reader.ts'

/** Readings of one page. */
const pageReadings = 16_384

/** Series named to SQLite one by one; more are picked from all. */
const namedMax = 100

export interface ReadingsRange extends TimeRange {
  /** Of buckets. */
  readonly width: Millis
  /** How far the log is on disk. */
  readonly upTo: Seq
}

/** Where readings are read, and places in the log found. */
export interface Sources {
  readonly reader: Reader
  readonly lookBack: LookBack
}

/**
 * The history of series from their readings, page by page, so that others have the thread in between.
 * @param kinds by id, what the values of each series are
 * @param held by id, what switches and words were when the range began
 */
export async function fromReadings(
  { reader, lookBack }: Sources,
  ids: Uint32Array,
  kinds: ReadonlyMap<number, number>,
  { from, to, width, upTo }: ReadingsRange,
  held: ReadonlyMap<number, Change>,
): Promise<Map<number, SeriesAnswer>> {
  const numbers = new Map<number, Numbers>()
  const changes = new Map<number, Changes>()
  for (const id of ids) {
    if (kinds.get(id) === kindNumber) {
      numbers.set(id, new Numbers(width))
      continue
    }
    const states = new Changes(width)
    const before = held.get(id)
    if (before) states.add(before)
    changes.set(id, states)
  }
  const choice = { wanted: bitmap(ids), ids: ids.length > namedMax ? null : [...ids] }
  // Of a long log, all blocks before the range are passed over at once.
  const first = lookBack.seek(from, upTo) ?? upTo + 1
  for (let after = first - 1; after < upTo; await setImmediate()) {
    const { rows, next } = reader.read({ after, to: upTo, choice, times: { from, to }, limit: pageReadings })
    eachRow(rows, (id, change, isText) => {
      if (!isText) numbers.get(id)?.add(change.time, Number(change.value), change.quality)
      changes.get(id)?.add(change)
    })
    after = next
  }
  const answers = new Map<number, SeriesAnswer>()
  for (const [id, found] of numbers) answers.set(id, found.answer())
  for (const [id, found] of changes) answers.set(id, { changes: found.list })
  return answers
}

/** Calls back for every row, with its value as a person means it. */
export function eachRow(rows: Rows, visit: (id: number, change: Change, isText: boolean) => void): void {
  let text = 0
  rows.series.forEach((id, i) => {
    const flags = rows.flags[i]!
    const kind = flags & kindMask
    const value = kind === kindText ? rows.texts[text++]! : kind === kindBoolean ? rows.value[i] !== 0 : rows.value[i]!
    const quality = qualityOf(flags)
    const time = rows.time[i]!
    visit(id, quality ? { time, value, quality } : { time, value }, kind === kindText)
  })
}

/** Buckets of one series of numbers, and which of them deserve less trust. */
class Numbers {
  readonly #buckets: Buckets
  readonly #doubts = new Map<Millis, Quality>()

  constructor(width: Millis) {
    this.#buckets = new Buckets(width)
  }

  add(time: Millis, value: number, quality: Quality | undefined): void {
    if (!Number.isFinite(value)) return
    this.#buckets.add(time, value)
    if (!quality) return
    const { width } = this.#buckets
    const bucket = Math.floor(time / width) * width
    const before = this.#doubts.get(bucket)
    if (!before || gravity.indexOf(quality) > gravity.indexOf(before)) this.#doubts.set(bucket, quality)
  }

  answer(): SeriesAnswer {
    return { buckets: packed(this.#buckets), ...(this.#doubts.size > 0 && { doubts: this.#doubts }) }
  }
}

/** From old but right, over a time that may be wrong, to a value that may be. */
const gravity: readonly Quality[] = ['stale', 'unsynced', 'suspect']

/** Time, min, max, mean and count of each bucket, one after the other. */
export function packed(buckets: Buckets): Float64Array {
  return Float64Array.from(
    buckets
      .inOrder()
      .flatMap(({ index, min, max, sum, count }) => [index * buckets.width, min, max, sum / count, count]),
  )
}

/** 1 at every id named. */
function bitmap(ids: Uint32Array): Uint8Array {
  const wanted = new Uint8Array((ids.at(-1) ?? 0) + 1)
  for (const id of ids) wanted[id] = 1
  return wanted
}
