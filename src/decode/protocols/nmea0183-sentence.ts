import type { Draft } from '../draft.ts'
import type { MetricTarget } from '../profile.ts'

/** The fields of one sentence, numbered as in the standard, from 1. */
export class Sentence {
  readonly #draft: Draft
  readonly #fields: readonly string[]

  constructor(draft: Draft, fields: readonly string[]) {
    this.#draft = draft
    this.#fields = fields
  }

  get length(): number {
    return this.#fields.length
  }

  text(index: number): string {
    return this.#fields[index] ?? ''
  }

  /** Takes a field for a metric; an empty one is no reading and no fault. */
  take(target: MetricTarget, index: number, channel?: string): void {
    const text = this.text(index)
    if (text === '') return
    this.#draft.channel = channel
    this.#draft.measure(target, text, target.metric)
  }

  /** The same for a value worked out from several fields. */
  give(target: MetricTarget, value: number, channel?: string): void {
    this.#draft.channel = channel
    this.#draft.measure(target, value, target.metric)
  }

  /** Takes a field whose unit is the letter in another. */
  takeIn(metric: string, index: number, unit: string, channel?: string): void {
    const text = this.text(index)
    if (text === '') return
    this.#draft.channel = channel
    this.#draft.measureIn(metric, unit, text, metric)
  }

  /** Takes latitude and longitude, `ddmm.mmmm` with hemispheres, both or none. */
  takePosition(index: number): void {
    const latitude = degrees(this.text(index), this.text(index + 1), 'N', 'S', 2)
    const longitude = degrees(this.text(index + 2), this.text(index + 3), 'E', 'W', 3)
    if (this.text(index) === '' && this.text(index + 2) === '') return
    if (latitude === undefined) this.reject('latitude')
    else if (longitude === undefined) this.reject('longitude')
    else {
      this.give({ metric: 'latitude' }, latitude)
      this.give({ metric: 'longitude' }, longitude)
    }
  }

  /** Dates the readings that follow by `hhmmss.ss` and `ddmmyy`, in UTC. */
  date(time: string, date: string): void {
    if (time === '' || date === '') return
    const clock = /^(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3})\d*)?$/.exec(time)
    const day = /^(\d\d)(\d\d)(\d\d)$/.exec(date)
    if (!clock || !day) return this.#draft.reject('clock_invalid', 'date')
    const iso = `20${day[3]}-${day[2]}-${day[1]}T${clock[1]}:${clock[2]}:${clock[3]}.${clock[4] ?? '0'}Z`
    this.#draft.timed(iso, 'iso', 'date')
  }

  reject(where: string): void {
    this.#draft.reject('type_mismatch', where)
  }

  noValue(): void {
    this.#draft.reject('no_value', 'message')
  }
}

/** Degrees with minutes behind them; undefined when they are not. */
function degrees(text: string, side: string, plus: string, minus: string, digits: number): number | undefined {
  const match = /^(\d+)(\d\d(?:\.\d*)?)$/.exec(text)
  if (!match || match[1]!.length > digits || (side !== plus && side !== minus)) return undefined
  const minutes = Number(match[2])
  const value = Number(match[1]) + minutes / 60
  return minutes >= 60 ? undefined : side === plus ? value : -value
}
