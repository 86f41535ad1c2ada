import type { Millis, Quality, Value } from '../reading.ts'
import type { Bucket } from './buckets.ts'

/** From this time on, the series had this value. */
export interface Change {
  readonly time: Millis
  readonly value: Value
  /** Of the reading that said so, where it deserves less trust. */
  readonly quality?: Quality
}

/** Changes told of one stretch: the first, the one after it, and the last, so that a short pulse is still seen. */
const changesAStretch = 3

/** The changes of a series of words or switches, thinned to a few in each stretch of `width`. */
export class Changes {
  readonly #width: Millis
  readonly #list: Change[] = []
  #value: Value | undefined
  #stretch = Number.NaN
  #inStretch = 0

  constructor(width: Millis) {
    this.#width = width
  }

  get list(): readonly Change[] {
    return this.#list
  }

  /** Adds a reading, in the order of the log. One that came late says nothing about what holds now. */
  add(change: Change): void {
    const { time, value } = change
    if (value === this.#value || time < (this.#list.at(-1)?.time ?? Number.NEGATIVE_INFINITY)) return
    const stretch = Math.floor(time / this.#width)
    if (stretch !== this.#stretch) this.#inStretch = 0
    this.#stretch = stretch
    this.#value = value
    if (this.#inStretch === changesAStretch) this.#list.pop()
    else this.#inStretch++
    // What was in between is left out, and with it the change back.
    if (this.#list.at(-1)?.value === value) this.#inStretch--
    else this.#list.push(change)
  }
}

/**
 * The changes of a switch that its buckets tell of: in which order, but not when in the bucket.
 * @param held what it was before the first of them
 */
export function switchesOf(buckets: readonly Bucket[], width: Millis, held: Change | undefined): Change[] {
  const changes: Change[] = held ? [held] : []
  for (const { index, min, max, first, last } of buckets) {
    const values = first !== last ? [first, last] : min === max ? [first] : [first, first === min ? max : min, last]
    values.forEach((number, i) => {
      const value = number !== 0
      const time = index * width + Math.floor((i * width) / values.length)
      if (changes.at(-1)?.value !== value) changes.push({ time, value })
    })
  }
  return changes
}
