import { setImmediate } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { GatewayError } from '../errors.ts'
import type { Millis, Seq } from '../reading.ts'
import { decodeBuckets } from './bucket-code.ts'
import { Buckets, dayMs, hourMs, minuteMs } from './buckets.ts'
import { Changes, switchesOf } from './changes.ts'
import { kindBoolean, kindMask, kindNumber, kindText } from './columns.ts'
import type { LookBack } from './look-back.ts'
import type { HistoryAnswer, HistoryRequest, SeriesAnswer } from './messages.ts'
import type { Reader } from './reader.ts'
import { widthFor } from './resolution.ts'
import { hoursADay, minutesAnHour, type Rolled, rolledReader, rowId, stretchOf } from './rolled.ts'
import { Unrolled } from './unrolled.ts'

/** A query that takes longer lets others have the thread in between. */
const sliceMs: Millis = 20

/** Readings of one page of those that are read one by one. */
const pageReadings = 16_384

/** Series named to SQLite one by one; more are picked from all. */
const namedMax = 100

/** More than this is only unrolled after a start with a database that knew no rollups. */
const unrolledMax = 2_000_000

/** Minutes kept in memory for the next query; beyond it they are read again. */
const keptMinutesMax = 500_000

/** Where the buckets are made from: readings, minutes or hours. */
interface Plan {
  readonly source: 'readings' | 'minutes' | 'hours'
  readonly width: Millis
  /** Of whole buckets. */
  readonly from: Millis
  readonly to: Millis
}

/** Answers what charts ask. It shares its thread with those who read the log, and works in slices. */
export class History {
  readonly #db: Database.Database
  readonly #reader: Reader
  readonly #lookBack: LookBack
  readonly #rolled: () => Rolled
  readonly #sql: ReturnType<typeof prepare>
  #tail: { readonly rolled: Rolled; readonly unrolled: Unrolled } | null = null

  constructor(db: Database.Database, reader: Reader, lookBack: LookBack) {
    this.#db = db
    this.#reader = reader
    this.#lookBack = lookBack
    this.#rolled = rolledReader(db)
    this.#sql = prepare(db)
  }

  async query(request: HistoryRequest): Promise<HistoryAnswer> {
    const plan = this.#plan(request)
    const { ids, kinds, upTo } = request
    const answers = new Map<number, SeriesAnswer>()
    const kindsById = new Map(Array.from(ids, (id, i) => [id, kinds[i]!] as const))
    const byReading = ids.filter((id) => plan.source === 'readings' || kindsById.get(id) === kindText)
    if (byReading.length > 0) await this.#fromReadings(byReading, kindsById, plan, upTo, answers)
    let until = performance.now() + sliceMs
    for (const id of ids) {
      if (answers.has(id)) continue
      const buckets = await this.#fromRollups(id, plan, upTo)
      answers.set(
        id,
        kindsById.get(id) === kindBoolean
          ? { changes: switchesOf(buckets.inOrder(), plan.width) }
          : { buckets: packed(buckets) },
      )
      if (performance.now() < until) continue
      await setImmediate()
      until = performance.now() + sliceMs
    }
    if (this.#tail && this.#tail.unrolled.size > keptMinutesMax) this.#tail = null
    return { width: plan.width, answers: [...ids].map((id) => answers.get(id)!) }
  }

  /** The finest buckets that the range and what is kept of its beginning allow. */
  #plan({ from, to, points }: HistoryRequest): Plan {
    const { minutesFloor } = this.#rolled()
    const least = this.#holdsReadingsFrom(from) ? 1 : Math.floor(from / hourMs) >= minutesFloor ? minuteMs : hourMs
    const width = widthFor(to - from, points, least)
    const source = width < minuteMs ? 'readings' : width < hourMs ? 'minutes' : 'hours'
    return { source, width, from: Math.floor(from / width) * width, to: Math.ceil(to / width) * width }
  }

  #holdsReadingsFrom(time: Millis): boolean {
    if ((this.#sql.floor.get() as Seq) === 1) return true
    const oldest = this.#sql.oldestTime.get() as Millis | undefined
    return oldest !== undefined && oldest <= time
  }

  async #fromReadings(
    ids: Uint32Array,
    kinds: ReadonlyMap<number, number>,
    plan: Plan,
    upTo: Seq,
    answers: Map<number, SeriesAnswer>,
  ): Promise<void> {
    const buckets = new Map<number, Buckets>()
    const changes = new Map<number, Changes>()
    for (const id of ids)
      if (kinds.get(id) === kindNumber) buckets.set(id, new Buckets(plan.width))
      else changes.set(id, new Changes(plan.width))
    const choice = { wanted: bitmap(ids), ids: ids.length > namedMax ? null : [...ids] }
    // Of a long log, all blocks before the range are passed over at once.
    const first = this.#lookBack.seek(plan.from, upTo) ?? upTo + 1
    for (let after = first - 1; after < upTo; await setImmediate()) {
      const { rows, next } = this.#reader.read({ after, to: upTo, choice, times: plan, limit: pageReadings })
      let text = 0
      rows.series.forEach((id, i) => {
        const kind = rows.flags[i]! & kindMask
        const value = kind === kindText ? rows.texts[text++]! : rows.value[i]!
        if (kind !== kindText && Number.isFinite(value)) buckets.get(id)?.add(rows.time[i]!, value as number)
        changes.get(id)?.add(rows.time[i]!, kind === kindBoolean ? value !== 0 : value)
      })
      after = next
    }
    for (const [id, found] of buckets) answers.set(id, { buckets: packed(found) })
    for (const [id, found] of changes) answers.set(id, { changes: [...found.list] })
  }

  async #fromRollups(id: number, plan: Plan, upTo: Seq): Promise<Buckets> {
    for (;;) {
      const tail = await this.#catchUp(upTo)
      const found = this.#db.transaction(() => {
        const rolled = this.#rolled()
        return rolled.upTo === tail.rolled.upTo && rolled.held === tail.rolled.held
          ? this.#collect(id, plan, rolled, tail.unrolled)
          : null
      })()
      // Otherwise a rollup was written meanwhile.
      if (found) return found
    }
  }

  /** What no rollup on disk holds, up to a number at least. */
  async #catchUp(upTo: Seq): Promise<{ readonly rolled: Rolled; readonly unrolled: Unrolled }> {
    for (let until = performance.now() + sliceMs; ; ) {
      const rolled = this.#rolled()
      if (upTo - rolled.upTo > unrolledMax) throw stillRolling()
      if (this.#tail?.rolled.upTo !== rolled.upTo || this.#tail.rolled.held !== rolled.held)
        this.#tail = { rolled, unrolled: new Unrolled(this.#db, rolled) }
      if (!this.#tail.unrolled.step(upTo)) return this.#tail
      if (performance.now() < until) continue
      await setImmediate()
      until = performance.now() + sliceMs
    }
  }

  #collect(id: number, { source, width, from, to }: Plan, rolled: Rolled, unrolled: Unrolled): Buckets {
    const buckets = new Buckets(width)
    const inRange = (time: Millis) => time >= from && time < to
    if (source === 'minutes') this.#addMinutes(buckets, id, Math.floor(from / hourMs), Math.ceil(to / hourMs), inRange)
    else
      for (const day of this.#days(from, to))
        if (rowId(day, id) > rolled.folded)
          this.#addMinutes(buckets, id, day * hoursADay, (day + 1) * hoursADay, inRange)
        else {
          const stored = this.#sql.hours.get(rowId(day, id)) as Uint8Array | undefined
          if (!stored) continue
          for (const bucket of decodeBuckets(stored, day * hoursADay))
            if (inRange(bucket.index * hourMs)) buckets.merge(bucket.index * hourMs, bucket)
        }
    for (const bucket of unrolled.bySeries.get(id)?.inOrder() ?? [])
      if (inRange(bucket.index * minuteMs)) buckets.merge(bucket.index * minuteMs, bucket)
    return buckets
  }

  #addMinutes(
    buckets: Buckets,
    id: number,
    fromHour: number,
    toHour: number,
    inRange: (time: Millis) => boolean,
  ): void {
    for (let hour = fromHour; hour < toHour; hour++) {
      const stored = this.#sql.minutes.get(rowId(hour, id)) as Uint8Array | undefined
      if (!stored) continue
      for (const bucket of decodeBuckets(stored, hour * minutesAnHour))
        if (inRange(bucket.index * minuteMs)) buckets.merge(bucket.index * minuteMs, bucket)
    }
  }

  /** The days of a range of which anything is stored. */
  *#days(from: Millis, to: Millis): Generator<number> {
    const { firstHours, firstMinutes, lastHours, lastMinutes } = this.#sql
    const days = [
      ...[firstHours, lastHours].map((sql) => sql.get() as number | null).map((id) => id && stretchOf(id)),
      ...[firstMinutes, lastMinutes]
        .map((sql) => sql.get() as number | null)
        .map((id) => id && Math.floor(stretchOf(id) / hoursADay)),
    ].filter((day) => day !== null)
    const first = Math.max(Math.floor(from / dayMs), Math.min(...days))
    const end = Math.min(Math.ceil(to / dayMs), Math.max(...days) + 1)
    for (let day = first; day < end; day++) yield day
  }
}

/** Time, min, max, mean and count of each bucket, one after the other. */
function packed(buckets: Buckets): Float64Array {
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

function stillRolling(): GatewayError {
  return new GatewayError(
    'unavailable',
    'the history of this database is still being summed up, once after the update',
    'ask again in a minute',
  )
}

function prepare(db: Database.Database) {
  return {
    floor: db.prepare('SELECT floor FROM state').pluck(),
    oldestTime: db.prepare('SELECT time FROM reading ORDER BY seq LIMIT 1').pluck(),
    minutes: db.prepare('SELECT buckets FROM minutes WHERE id = ?').pluck(),
    firstMinutes: db.prepare('SELECT min(id) FROM minutes').pluck(),
    lastMinutes: db.prepare('SELECT max(id) FROM minutes').pluck(),
    hours: db.prepare('SELECT buckets FROM hours WHERE id = ?').pluck(),
    firstHours: db.prepare('SELECT min(id) FROM hours').pluck(),
    lastHours: db.prepare('SELECT max(id) FROM hours').pluck(),
  }
}
