import type { LoggedReading, Seq } from '../reading.ts'
import { toReadings } from './columns.ts'
import type { GatedReader } from './gated-reader.ts'
import type { WriteBehind } from './write-behind.ts'

/** Finds the newest readings of series: in memory, or on disk where a series has long been silent. */
export class Newest {
  readonly #behind: WriteBehind
  readonly #reader: GatedReader
  /** The last number before this run. */
  readonly #before: Seq
  /** Last numbers of the series in earlier runs: looked up when somebody asks first. */
  #earlier: Promise<ReadonlyMap<number, Seq>> | undefined

  constructor(behind: WriteBehind, reader: GatedReader) {
    this.#behind = behind
    this.#reader = reader
    this.#before = behind.head
  }

  /** The newest reading of each series of which one is kept, that is, not below `floor`. */
  async of(ids: readonly number[], floor: Seq): Promise<readonly LoggedReading[]> {
    const { ring, series } = this.#behind
    if (ids.length === 0) return []
    this.#earlier ??= this.#reader.ask('lastSeqs', { to: this.#before, count: series.count })
    const earlier = await this.#earlier.catch((error) => {
      this.#earlier = undefined
      throw error
    })
    const readings: LoggedReading[] = []
    const onDisk: Seq[] = []
    for (const id of ids) {
      const seq = series.lastSeq(id) || earlier.get(id) || 0
      if (seq < floor) continue
      if (seq >= ring.first) readings.push(ring.at(seq))
      else onDisk.push(seq)
    }
    if (onDisk.length === 0) return readings
    const rows = await this.#reader.ask('pick', { seqs: Float64Array.from(onDisk.sort((a, b) => a - b)) })
    return [...toReadings(rows, series.seriesOf), ...readings]
  }
}
