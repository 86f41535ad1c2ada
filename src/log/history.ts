import { setImmediate } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { GatewayError } from '../errors.ts'
import type { Millis, Seq } from '../reading.ts'
import { decodeBuckets } from './bucket-code.ts'
import { Buckets, dayMs, hourMs, minuteMs } from './buckets.ts'
import { type Change, switchesOf } from './changes.ts'
import { kindBoolean, kindNumber, kindText } from './columns.ts'
import { fromReadings, packed, type Sources } from './from-readings.ts'
import { heldBefore } from './held.ts'
import type { LookBack } from './look-back.ts'
import type { HistoryAnswer, HistoryRequest, SeriesAnswer } from './messages.ts'
import type { Reader } from './reader.ts'
import { widthFor } from './resolution.ts'
import { hoursADay, minutesAnHour, type Rolled, rolledReader, rowId, stretchOf } from './rolled.ts'
import { Unrolled } from './unrolled.ts'

/** A query that takes longer lets others have the thread in between. */
const sliceMs: Millis = 20

/** More than this is only unrolled after a start with a database that knew no rollups. */
const unrolledMax = 2_000_000

/** How far back it is asked what a switch was: one look-up for each day. */
const heldMsMax: Millis = 400 * dayMs

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
  readonly #sources: Sources
  readonly #rolled: () => Rolled
  readonly #sql: ReturnType<typeof prepare>
  #tail: { readonly rolled: Rolled; readonly unrolled: Unrolled } | null = null

  constructor(db: Database.Database, reader: Reader, lookBack: LookBack) {
    this.#db = db
    this.#sources = { reader, lookBack }
    this.#rolled = rolledReader(db)
    this.#sql = prepare(db)
  }

  async query(request: HistoryRequest): Promise<HistoryAnswer> {
    const plan = this.#plan(request)
    const { ids, upTo } = request
    const kinds = new Map(Array.from(ids, (id, i) => [id, request.kinds[i]!] as const))
    const held = await this.#heldBefore(kinds, plan, upTo)
    const byReading = ids.filter((id) => plan.source === 'readings' || kinds.get(id) === kindText)
    const answers =
      byReading.length > 0
        ? await fromReadings(this.#sources, byReading, kinds, { ...plan, upTo }, held)
        : new Map<number, SeriesAnswer>()
    let until = performance.now() + sliceMs
    for (const id of ids) {
      if (answers.has(id)) continue
      const buckets = await this.#fromRollups(id, plan, upTo)
      answers.set(
        id,
        kinds.get(id) === kindBoolean
          ? { changes: switchesOf(buckets.inOrder(), plan.width, held.get(id)) }
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

  /** What switches and words were when the range began, by id: of their newest reading before it, or of what is left of it. */
  async #heldBefore(kinds: ReadonlyMap<number, number>, plan: Plan, upTo: Seq): Promise<Map<number, Change>> {
    const ids = [...kinds].filter(([, kind]) => kind !== kindNumber).map(([id]) => id)
    const held = await heldBefore(this.#sources, ids, plan.from, upTo)
    if ((this.#sql.floor.get() as Seq) === 1) return held
    for (const id of ids) {
      if (held.has(id) || kinds.get(id) !== kindBoolean) continue
      const rolled = await this.#rolledBefore(id, plan.from, upTo)
      if (rolled) held.set(id, rolled)
    }
    return held
  }

  /** What a switch was before a time of which no reading is kept. */
  async #rolledBefore(id: number, time: Millis, upTo: Seq): Promise<Change | undefined> {
    const hour = Math.floor(time / hourMs) * hourMs
    const minute = Math.floor(time / minuteMs) * minuteMs
    let buckets = await this.#fromRollups(id, { source: 'minutes', width: minuteMs, from: hour, to: minute }, upTo)
    let until = performance.now() + sliceMs
    for (let end = hour; buckets.size === 0 && end > time - heldMsMax; end = Math.ceil(end / dayMs - 1) * dayMs) {
      const from = Math.ceil(end / dayMs - 1) * dayMs
      buckets = await this.#fromRollups(id, { source: 'hours', width: hourMs, from, to: end }, upTo)
      if (performance.now() < until) continue
      await setImmediate()
      until = performance.now() + sliceMs
    }
    const last = buckets.inOrder().at(-1)
    return last && { time: last.index * buckets.width, value: last.last !== 0 }
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
