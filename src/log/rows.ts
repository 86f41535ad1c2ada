import { kindMask, kindText, type Rows } from './columns.ts'

/** A row of `reading` as SQLite gives it: seq, series, time, value, flags. */
export type RawRow = readonly [number, number, number | null, number | Uint8Array | null, number]

/** Collects rows into columns that grow as needed. */
export class RowCollector {
  #length = 0
  #textBytes = 0
  #seq: Float64Array<ArrayBuffer>
  #series: Uint32Array<ArrayBuffer>
  #time: Float64Array<ArrayBuffer>
  #value: Float64Array<ArrayBuffer>
  #flags: Uint8Array<ArrayBuffer>
  readonly #texts: string[] = []

  constructor(capacity = 1024) {
    this.#seq = new Float64Array(capacity)
    this.#series = new Uint32Array(capacity)
    this.#time = new Float64Array(capacity)
    this.#value = new Float64Array(capacity)
    this.#flags = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  get lastSeq(): number {
    return this.#seq[this.#length - 1]!
  }

  /** Bytes of the text values. */
  get textBytes(): number {
    return this.#textBytes
  }

  add([seq, series, time, value, flags]: RawRow): void {
    const at = this.#length++
    if (at === this.#seq.length) this.#grow()
    this.#seq[at] = seq
    this.#series[at] = series
    // SQLite keeps NaN as NULL.
    this.#time[at] = time ?? Number.NaN
    this.#flags[at] = flags
    if ((flags & kindMask) !== kindText) {
      this.#value[at] = (value as number | null) ?? Number.NaN
    } else {
      const bytes = value as Buffer
      this.#texts.push(bytes.toString())
      this.#textBytes += bytes.length
    }
  }

  rows(): Rows {
    const length = this.#length
    return {
      seq: this.#seq.slice(0, length),
      series: this.#series.slice(0, length),
      time: this.#time.slice(0, length),
      value: this.#value.slice(0, length),
      flags: this.#flags.slice(0, length),
      texts: this.#texts,
    }
  }

  #grow(): void {
    const larger = <T extends Float64Array | Uint32Array | Uint8Array>(column: T): T => {
      const grown = new (column.constructor as new (length: number) => T)(column.length * 2)
      grown.set(column)
      return grown
    }
    this.#seq = larger(this.#seq)
    this.#series = larger(this.#series)
    this.#time = larger(this.#time)
    this.#value = larger(this.#value)
    this.#flags = larger(this.#flags)
  }
}
