import { resolve } from 'node:path'
import { GatewayError } from '../errors.ts'
import type { LoggedReading, Millis, Reading, Seq } from '../reading.ts'
import { AgeClock, AgeKeeper } from './age-clock.ts'
import { explain, lineOf } from './explain.ts'
import { GatedReader } from './gated-reader.ts'
import type { Page, Run, SeriesFilter, TimeRange, WaitOptions } from './log.ts'
import { Lookup } from './lookup.ts'
import type { Commit, Opened, ReaderTable, Size, WriterTable } from './messages.ts'
import { type Keep, Retention } from './retention.ts'
import type { Durability, HistoryQuery, Quarantine, Records, SeriesHistory, Store, StoreHealth } from './store.ts'
import type { Thread } from './thread.ts'
import { Waiters } from './waiters.ts'
import { WriteBehind } from './write-behind.ts'

/** Above this the write-ahead log is begun anew, with readers kept out for that moment. */
const walBytesMax = 32 * 1024 * 1024

const leftOpenLine =
  'the gateway was not closed the last time: killed, or without power; all that was acknowledged is there, what was shown in its last second may not be'

export interface StoreSettings {
  readonly ringReadings: number
  readonly commit: { readonly ageMs: Millis; readonly readings: number }
  readonly keep: Keep
  readonly clock: () => Millis
  readonly steady: () => Millis
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
}

/** The log on disk: what is new is in memory, what is older is asked of two threads that own SQLite. See `openStore`. */
export class SqliteStore implements Store {
  readonly runs: readonly Run[]
  readonly records: Records
  readonly quarantine: Quarantine
  /** What inputs acknowledge by. */
  readonly durability: Durability
  readonly #file: string
  readonly #settings: StoreSettings
  readonly #writer: Thread<WriterTable>
  readonly #reader: GatedReader
  readonly #behind: WriteBehind
  readonly #lookup: Lookup
  readonly #retention: Retention
  readonly #waiters = new Waiters(() => this.head)
  readonly #leftOpen: boolean
  #floor: Seq
  #size: Size
  #walBytesMax = walBytesMax
  #closing: Promise<Seq> | undefined
  readonly #age: AgeKeeper

  constructor(
    file: string,
    settings: StoreSettings,
    opened: Opened,
    writer: Thread<WriterTable>,
    reader: Thread<ReaderTable>,
  ) {
    this.#file = file
    this.#settings = settings
    this.#writer = writer
    this.#reader = new GatedReader(reader, file, (error) => this.#logReading(error))
    this.runs = opened.runs
    this.#floor = opened.floor
    this.#leftOpen = opened.leftOpen
    if (opened.leftOpen) settings.log('warn', leftOpenLine)
    this.#size = opened
    const { clock: wall, steady, keep } = settings
    const clock = new AgeClock({ wall, steady, ageMs: keep.ageMs, kept: opened.age, first: opened.runs.at(-1)!.first })
    this.#behind = new WriteBehind({
      ...settings,
      clock: () => clock.now,
      opened,
      write: (commit, transfer) => this.#write(commit, transfer),
      rejected: (limit, before) => this.#reader.ask('rejected', { limit, before }),
      disk: (error) => this.#logDisk(error),
    })
    this.#lookup = new Lookup(this.#behind, this.#reader, () => this.#floor)
    this.records = this.#behind.records
    this.quarantine = this.#behind.rejects
    this.durability = this.#behind.durability
    this.#age = new AgeKeeper(clock, this.records)
    this.#retention = new Retention(writer, {
      keep,
      clock,
      moved: (size, floor) => {
        this.#size = size
        this.#floor = floor
        this.#age.note()
      },
      failed: (error) => settings.log('warn', `what is old cannot be dropped: ${this.#lineOf(error)}`),
    })
  }

  get believedTime(): Millis {
    return this.#age.time
  }

  get head(): Seq {
    return this.#behind.head
  }

  get durableHead(): Seq {
    return this.#behind.durableHead
  }

  get floor(): Seq {
    return this.#floor
  }

  append(readings: readonly Reading[]): Seq {
    if (this.#closing) throw new GatewayError('unavailable', 'the log is closed')
    if (readings.length === 0) return this.head
    this.#behind.append(readings)
    this.#waiters.moved()
    return this.head
  }

  durable(seq: Seq): Promise<void> {
    return this.#behind.durable(seq)
  }

  commitSoon(): void {
    this.durability.commitSoon()
  }

  read(after: Seq, filter: SeriesFilter | null, limit: number, times?: TimeRange): Promise<Page> {
    return this.#lookup.read(after, filter, limit, times)
  }

  wait(after: Seq, options?: WaitOptions): Promise<boolean> {
    return this.#closing ? Promise.resolve(false) : this.#waiters.wait(after, options)
  }

  seek(time: Millis): Promise<Seq> {
    return this.#lookup.seek(time)
  }

  seekLast(count: number, filter: SeriesFilter | null): Promise<Seq> {
    return this.#lookup.seekLast(count, filter)
  }

  latest(): Promise<readonly LoggedReading[]> {
    return this.#lookup.latest()
  }

  history(query: HistoryQuery): Promise<readonly SeriesHistory[]> {
    return this.#lookup.history(query)
  }

  health(): StoreHealth {
    const { databaseBytes, walBytes } = this.#size
    const { trouble } = this.#retention
    return {
      ...this.#behind.health,
      ...this.#reader.health,
      ...(trouble && { undropped: this.#lineOf(trouble) }),
      databaseBytes,
      walBytes,
      leftOpen: this.#leftOpen,
    }
  }

  async backup(file: string): Promise<void> {
    if (!(await this.#behind.flush()))
      throw new GatewayError('unavailable', 'cannot back up while the disk does not take readings', 'see /readyz')
    try {
      await this.#writer.call('backup', { file: resolve(file) })
    } catch (error) {
      throw explain(error, file)
    }
  }

  /** Drops everything below `floor`, whatever its age: what retention does, for those who do not want to wait for it. */
  async dropBelow(floor: Seq): Promise<void> {
    // Only what is on disk can be dropped from it: retention would go round until it is.
    await this.#behind.flush()
    await this.#retention.dropBelow(Math.min(floor, this.#behind.committed + 1))
  }

  /** Sums up what is due and drops what is too old or too much now; otherwise that is looked at once a minute, and with every commit. */
  retain(): Promise<void> {
    // A run that has begun may have looked already.
    return this.#retention.dropBelow(0)
  }

  close(): Promise<Seq> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<Seq> {
    this.#waiters.release()
    await this.#retention.close()
    this.#age.keep()
    const complete = await this.#behind.close()
    const { uncommitted } = this.#behind.health
    if (!complete) this.#settings.log('error', `${uncommitted} readings could not be written to ${this.#file}`)
    // The writer is the last to close: SQLite then checkpoints the write-ahead log and leaves one file.
    await this.#reader.close()
    await this.#writer.call('close', { head: complete ? this.head : null }).catch((error: Error) => {
      this.#settings.log('error', `cannot close ${this.#file}: ${error.message}`)
    })
    await this.#writer.end()
    return this.head
  }

  async #write(commit: Commit, transfer: ArrayBuffer[]): Promise<void> {
    try {
      this.#size = await this.#writer.call('commit', commit, transfer)
    } catch (error) {
      throw explain(error, this.#file)
    }
    this.#retention.committed(this.#size)
    if (this.#size.walBytes > this.#walBytesMax) void this.#truncateWal()
  }

  async #truncateWal(): Promise<void> {
    // Whatever comes of it, not with every commit.
    this.#walBytesMax = Number.POSITIVE_INFINITY
    await this.#reader.pauseFor(async () => {
      this.#size = await this.#writer.call('truncate', {})
    })
    // Another program that reads without end would keep it from happening: then it is tried less often.
    this.#walBytesMax = Math.max(walBytesMax, 2 * this.#size.walBytes)
  }

  #logDisk(error: Error | null): void {
    const { log } = this.#settings
    if (error) log('error', `${lineOf(error)}: readings wait in memory until it works again`)
    else log('info', `${this.#file} takes readings again`)
  }

  #lineOf(error: Error): string {
    return lineOf(explain(error, this.#file) as Error)
  }

  #logReading(error: Error | null): void {
    const { log } = this.#settings
    if (error) log('error', `what is stored cannot be read: ${lineOf(error)}`)
    else log('info', `${this.#file} can be read again`)
  }
}
