import type Database from 'better-sqlite3'
import type { Millis, Seq } from '../reading.ts'
import { decodeBuckets, encodeBuckets } from './bucket-code.ts'
import { type Bucket, Buckets, dayMs, hourMs, minuteMs } from './buckets.ts'
import { hoursADay, minutesAnHour, type Rolled, rolledReader, rowId, seriesOf, stretchOf } from './rolled.ts'
import { Unrolled } from './unrolled.ts'

/** An hour is written when it has been over for so long, so that the usual delays do not make it written twice. */
const graceMs: Millis = 2 * minuteMs

/**
 * Readings after which a rollup is due before the hour is over, and takes that hour too: a query reads itself what is not
 * rolled up, a tenth of a second's work. So many readings an hour make the second write small beside them.
 */
const unrolledMax = 250_000

/** Minutes summed up before they are written: some 25 MB of memory, and an hour of 4,000 series. */
const minutesMax = 250_000

/** How long one step works before a commit may go first. */
const sliceMs: Millis = 20

/** Series of a day summed up, and rows dropped, in one step. */
const foldedAStep = 50
const droppedAStep = 500

/** A stretch of the log being summed up: up to `to`, without the hour `hold`. */
interface Pass {
  readonly unrolled: Unrolled
  readonly to: Seq
  readonly hold: number | null
}

/**
 * Sums up the readings of each series by minutes and hours, for charts. It follows the log like any other reader, so
 * that a crash loses nothing: what was not written then, the next start reads again.
 */
export class Rollup {
  readonly #db: Database.Database
  readonly #rolled: () => Rolled
  readonly #sql: ReturnType<typeof prepare>
  #pass: Pass | null = null

  constructor(db: Database.Database) {
    this.#db = db
    this.#rolled = rolledReader(db)
    this.#sql = prepare(db)
  }

  /** Everything below this number is summed up: retention may take it. */
  get keptFrom(): Seq {
    const { heldFrom, upTo } = this.#rolled()
    return Math.min(heldFrom, upTo + 1)
  }

  /** The same for whoever drops: where every reading is summed up, the numbers that follow are holes, and may go as well. */
  get droppableTo(): Seq {
    const from = this.keptFrom
    return from > ((this.#sql.head.get() as Seq | null) ?? 0) ? Number.POSITIVE_INFINITY : from
  }

  /**
   * Does a bounded piece of what is due. Whether there may be more: call again.
   * @param all sum up the present hour as well, since its readings are about to be dropped
   */
  step(now: Millis, all: boolean): boolean {
    this.#pass ??= this.#duePass(now, all)
    if (!this.#pass) return this.#fold(now)
    const { unrolled, to } = this.#pass
    const until = performance.now() + sliceMs
    while (unrolled.step(to) && unrolled.size < minutesMax) if (performance.now() > until) return true
    const pass = this.#pass
    this.#db.transaction(() => this.#write(pass)).immediate()
    this.#pass = null
    return true
  }

  /** Drops a piece of the minutes and hours before the times given. Whether there may be more. */
  drop(minutesBefore: Millis, hoursBefore: Millis): boolean {
    const rolled = this.#rolled()
    // Whole days, and none that the hours are not yet made of.
    const day = Math.min(Math.floor(minutesBefore / dayMs), stretchOf(rolled.folded + 1))
    const oldest = this.#sql.firstMinutes.get() as number | null
    if (oldest !== null && oldest < rowId(day * hoursADay, 0)) {
      this.#db
        .transaction(() => {
          this.#sql.dropMinutes.run(rowId(stretchOf(oldest) + 1, 0), droppedAStep)
          this.#sql.setMinutesFloor.run(Math.max(rolled.minutesFloor, stretchOf(oldest) + 1))
        })
        .immediate()
      return true
    }
    const oldestHours = this.#sql.firstHours.get() as number | null
    if (oldestHours === null || oldestHours >= rowId(Math.floor(hoursBefore / dayMs), 0)) return false
    this.#db
      .transaction(() => {
        this.#sql.dropHours.run(rowId(stretchOf(oldestHours) + 1, 0), droppedAStep)
        this.#sql.setHoursFloor.run(Math.max(rolled.hoursFloor, stretchOf(oldestHours) + 1))
      })
      .immediate()
    return true
  }

  #duePass(now: Millis, all: boolean): Pass | null {
    const to = (this.#sql.head.get() as Seq | null) ?? 0
    if (to < this.keptFrom) return null
    const rolled = this.#rolled()
    const isMuch = to - this.keptFrom >= unrolledMax
    const hold = all || isMuch ? null : Math.floor((now - graceMs) / hourMs)
    if (!all && !isMuch && hold === rolled.held) return null
    return { unrolled: new Unrolled(this.#db, rolled, hold), to, hold }
  }

  #write({ unrolled, hold }: Pass): void {
    const rolled = this.#rolled()
    const hours = [...unrolled.bySeries].flatMap(([series, minutes]) =>
      [...byHour(minutes.inOrder())].map(([hour, buckets]) => ({ hour, series, buckets })),
    )
    // In the order of their keys: each page is written once.
    hours.sort((a, b) => a.hour - b.hour || a.series - b.series)
    for (const { hour, series, buckets } of hours) this.#add(rolled, hour, series, buckets)
    const upTo = unrolled.reached
    const before = hold !== null && hold === rolled.held ? Math.min(rolled.heldFrom, upTo + 1) : upTo + 1
    this.#sql.setRolled.run(upTo, hold, Math.min(before, unrolled.firstExcept ?? upTo + 1))
  }

  /** Adds minutes of one hour of one series to what is stored, and to the hours of its day where those are made already. */
  #add(rolled: Rolled, hour: number, series: number, minutes: readonly Bucket[]): void {
    if (hour >= rolled.minutesFloor) {
      const id = rowId(hour, series)
      const merged = this.#minutesOf(id, hour)
      for (const bucket of minutes) merged.merge(bucket.index * minuteMs, bucket)
      this.#sql.putMinutes.run(id, encodeBuckets(merged.inOrder(), hour * minutesAnHour))
    }
    const day = Math.floor(hour / hoursADay)
    const id = rowId(day, series)
    if (id > rolled.folded || day < rolled.hoursFloor) return
    if (day * hoursADay >= rolled.minutesFloor) return this.#foldDay(day, series)
    const hours = new Buckets(hourMs)
    const stored = this.#sql.hours.get(id) as Uint8Array | undefined
    if (stored) for (const bucket of decodeBuckets(stored, day * hoursADay)) hours.merge(bucket.index * hourMs, bucket)
    for (const bucket of minutes) hours.merge(bucket.index * minuteMs, bucket)
    this.#sql.putHours.run(id, encodeBuckets(hours.inOrder(), day * hoursADay))
  }

  /** Makes the hours of days that are over from their minutes, some series at a time. Whether there may be more. */
  #fold(now: Millis): boolean {
    const { folded } = this.#rolled()
    const today = Math.floor((now - graceMs) / dayMs)
    if (folded >= rowId(today, 0) - 1) return false
    this.#db.transaction(() => this.#sql.setFolded.run(this.#foldSome(folded + 1, today))).immediate()
    return true
  }

  /** Folds from a key on; returns up to which key all is done. */
  #foldSome(from: number, today: number): number {
    const day = stretchOf(from)
    const [start, end] = [rowId(day * hoursADay, 0), rowId((day + 1) * hoursADay, 0)]
    const found = this.#sql.seriesBetween.all(start, end, seriesOf(from), foldedAStep) as number[]
    for (const series of found) this.#foldDay(day, series)
    if (found.length === foldedAStep) return rowId(day, found.at(-1)!)
    const next = this.#sql.minutesFrom.get(end) as number | null
    const nextDay = next === null ? today : Math.floor(stretchOf(next) / hoursADay)
    return rowId(Math.min(nextDay, today), 0) - 1
  }

  #foldDay(day: number, series: number): void {
    const hours = new Buckets(hourMs)
    for (let hour = day * hoursADay; hour < (day + 1) * hoursADay; hour++)
      for (const bucket of this.#minutesOf(rowId(hour, series), hour).inOrder())
        hours.merge(bucket.index * minuteMs, bucket)
    this.#sql.putHours.run(rowId(day, series), encodeBuckets(hours.inOrder(), day * hoursADay))
  }

  #minutesOf(id: number, hour: number): Buckets {
    const minutes = new Buckets(minuteMs)
    const stored = this.#sql.minutes.get(id) as Uint8Array | undefined
    if (stored)
      for (const bucket of decodeBuckets(stored, hour * minutesAnHour)) minutes.merge(bucket.index * minuteMs, bucket)
    return minutes
  }
}

function byHour(minutes: readonly Bucket[]): Map<number, Bucket[]> {
  const hours = new Map<number, Bucket[]>()
  for (const bucket of minutes) {
    const hour = Math.floor(bucket.index / minutesAnHour)
    const buckets = hours.get(hour)
    if (buckets) buckets.push(bucket)
    else hours.set(hour, [bucket])
  }
  return hours
}

function prepare(db: Database.Database) {
  const upsert = 'ON CONFLICT DO UPDATE SET buckets = excluded.buckets'
  return {
    head: db.prepare('SELECT max(seq) FROM reading').pluck(),
    setRolled: db.prepare('UPDATE rollup SET upTo = ?, held = ?, heldFrom = ?'),
    setFolded: db.prepare('UPDATE rollup SET folded = ?'),
    setMinutesFloor: db.prepare('UPDATE rollup SET minutesFloor = ?'),
    setHoursFloor: db.prepare('UPDATE rollup SET hoursFloor = ?'),
    minutes: db.prepare('SELECT buckets FROM minutes WHERE id = ?').pluck(),
    putMinutes: db.prepare(`INSERT INTO minutes VALUES (?, ?) ${upsert}`),
    firstMinutes: db.prepare('SELECT min(id) FROM minutes').pluck(),
    minutesFrom: db.prepare('SELECT min(id) FROM minutes WHERE id >= ?').pluck(),
    dropMinutes: db.prepare(
      'DELETE FROM minutes WHERE id IN (SELECT id FROM minutes WHERE id < ? ORDER BY id LIMIT ?)',
    ),
    // The lower 24 bits of a key, see `rowId`.
    seriesBetween: db
      .prepare(
        `SELECT DISTINCT id & 16777215 AS series FROM minutes WHERE id >= ? AND id < ? AND series >= ?
         ORDER BY series LIMIT ?`,
      )
      .pluck(),
    hours: db.prepare('SELECT buckets FROM hours WHERE id = ?').pluck(),
    putHours: db.prepare(`INSERT INTO hours VALUES (?, ?) ${upsert}`),
    firstHours: db.prepare('SELECT min(id) FROM hours').pluck(),
    dropHours: db.prepare('DELETE FROM hours WHERE id IN (SELECT id FROM hours WHERE id < ? ORDER BY id LIMIT ?)'),
  }
}
