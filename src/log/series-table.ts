import type { Seq, Series } from '../reading.ts'
import type { SeriesFilter } from './log.ts'

/**
 * Memory for remembered filters: at 200 series some 80,000 of them, at 100,000 series still 160. One that was dropped
 * is worked out again.
 */
const choicesBytesMax = 16 * 1024 * 1024

/** A series as it is stored. Ids count up from 1 in the order in which the series were first seen. */
export interface StoredSeries extends Series {
  readonly id: number
}

/** The series a filter wants. */
export interface Choice {
  /** 1 where the series of that id is wanted. */
  readonly wanted: Uint8Array
  /** The ids wanted, ascending. */
  readonly ids: readonly number[]
}

/** By channel: the series that differ only in their unit. */
type Channels = Map<string | undefined, StoredSeries[]>

/** Every series ever seen, by a small number, so that a reading need not carry its names. */
export class SeriesTable {
  readonly #byId: Series[] = []
  readonly #byDevice = new Map<string, Map<string, Channels>>()
  readonly #choices = new Map<string, { wanted: Uint8Array; ids: number[]; known: number }>()
  #choicesBytes = 0
  #lastSeqs = new Float64Array(256)

  constructor(stored: readonly StoredSeries[] = []) {
    for (const series of stored) this.#add(series)
  }

  get count(): number {
    return this.#byId.length
  }

  readonly seriesOf = (id: number): Series => this.#byId[id - 1]!

  /** The ids of all series. */
  all(): number[] {
    return Array.from({ length: this.count }, (_, i) => i + 1)
  }

  /** The id of a series, a new one when it was never seen. */
  intern(series: Series): number {
    const places = this.#byDevice.get(series.device)?.get(series.metric)?.get(series.channel)
    // Hot path: a channel of a metric has one unit, or two over its whole life.
    if (places !== undefined)
      for (let i = 0; i < places.length; i++) if (places[i]!.unit === series.unit) return places[i]!.id
    return this.#internNew(series)
  }

  /** Those with an id above `id`, in order. */
  after(id: number): StoredSeries[] {
    return this.#byId.slice(id).map((series, i) => ({ ...series, id: id + i + 1 }))
  }

  /** The newest reading of the series since the start has this number. */
  saw(id: number, seq: Seq): void {
    this.#lastSeqs[id] = seq
  }

  /** Number of the newest reading since the start, 0 when there was none. */
  lastSeq(id: number): Seq {
    return this.#lastSeqs[id]!
  }

  choose(filter: SeriesFilter): Choice {
    let choice = this.#choices.get(filter.key)
    if (choice?.known === this.count) return choice
    if (choice) this.#forget(filter.key)
    else choice = { wanted: new Uint8Array(0), ids: [], known: 0 }
    // Room for half as many again, so that a gateway that learns its devices one by one does not copy each time.
    if (choice.wanted.length <= this.count) {
      const wanted = new Uint8Array(Math.ceil(this.count * 1.5) + 1)
      wanted.set(choice.wanted)
      choice = { ...choice, wanted }
    }
    const ids = choice.ids.slice()
    for (let id = choice.known + 1; id <= this.count; id++)
      if (filter.matches(this.seriesOf(id))) {
        choice.wanted[id] = 1
        ids.push(id)
      }
    return this.#remember(filter.key, { wanted: choice.wanted, ids, known: this.count })
  }

  #internNew(series: Series): number {
    const { device, metric, channel, unit } = series
    // SQLite keeps UTF-8, which has no lone surrogates: the name that comes back after a restart must be this one.
    const kept = {
      device: wellFormed(device),
      metric: wellFormed(metric),
      unit: unit === null ? null : wellFormed(unit),
      ...(channel !== undefined && { channel: wellFormed(channel) }),
    }
    const known = this.#byDevice.get(kept.device)?.get(kept.metric)?.get(kept.channel)
    const place = known?.find((candidate) => candidate.unit === kept.unit)
    return place ? place.id : this.#add({ ...kept, id: this.count + 1 })
  }

  #add({ id, device, metric, channel, unit }: StoredSeries): number {
    const series: Series = channel === undefined ? { device, metric, unit } : { device, metric, channel, unit }
    this.#byId[id - 1] = series
    if (id >= this.#lastSeqs.length) {
      const lastSeqs = new Float64Array(id * 2)
      lastSeqs.set(this.#lastSeqs)
      this.#lastSeqs = lastSeqs
    }
    const metrics = at(this.#byDevice, device, () => new Map<string, Channels>())
    const channels = at(metrics, metric, (): Channels => new Map())
    at(channels, channel, (): StoredSeries[] => []).push({ ...series, id })
    return id
  }

  #remember(key: string, choice: { wanted: Uint8Array; ids: number[]; known: number }): Choice {
    this.#choices.set(key, choice)
    this.#choicesBytes += choice.wanted.length + 8 * choice.ids.length
    for (const oldest of this.#choices.keys()) {
      if (this.#choicesBytes <= choicesBytesMax || oldest === key) break
      this.#forget(oldest)
    }
    return choice
  }

  #forget(key: string): void {
    const choice = this.#choices.get(key)
    if (!choice) return
    this.#choices.delete(key)
    this.#choicesBytes -= choice.wanted.length + 8 * choice.ids.length
  }
}

/** The text with every lone surrogate replaced, as UTF-8 would. */
export function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
