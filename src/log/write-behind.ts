import { GatewayError } from '../errors.ts'
import type { Millis, Reading, Seq } from '../reading.ts'
import { buffersOf } from './columns.ts'
import { lineOf } from './explain.ts'
import { GroupCommit } from './group-commit.ts'
import { KeptRecords } from './kept-records.ts'
import { KeptRejects } from './kept-rejects.ts'
import { type Commit, type Opened, type RejectedRow, reservedReadings } from './messages.ts'
import { Ring } from './ring.ts'
import { SeriesTable } from './series-table.ts'
import type { Durability, StoreHealth } from './store.ts'

/** Readings that wait for the disk before senders should be made to wait: four minutes at 1,000 a second, in 6 MB. */
const saturatedReadings = 250_000

/** Readings that wait at most: as many again, for what was on its way. No more than are reserved in any case. */
const uncommittedMax = 500_000

/** The same bounds for text values, in UTF-16 units. */
const saturatedText = 16 * 1024 * 1024
const uncommittedTextMax = 2 * saturatedText

export interface WriteBehindOptions {
  readonly opened: Opened
  readonly ringReadings: number
  readonly commit: { readonly ageMs: Millis; readonly readings: number }
  readonly clock: () => Millis
  /** Writes everything in the commit, or rejects and has written nothing. */
  write(commit: Commit, transfer: ArrayBuffer[]): Promise<void>
  /** Lists rejected messages on disk, newest first. */
  rejected(limit: number, before: number): Promise<readonly RejectedRow[]>
  /** A commit has failed, the first of a row or with another error than before, or works again (null). */
  disk(error: Error | null): void
}

/** What comes in: gives the numbers, keeps everything in memory until it is on disk, and gets it there. */
export class WriteBehind {
  readonly series: SeriesTable
  readonly ring: Ring
  readonly records: KeptRecords
  readonly rejects: KeptRejects
  readonly durability: Durability
  readonly #options: WriteBehindOptions
  readonly #commit: GroupCommit
  #committed: Seq
  /** How far the last commit reaches that began. */
  #takenHead: Seq
  #reserved: Seq
  #storedSeries: number
  /** The lowest head at which something else than a reading was given, of what is being written and of what waits. */
  #besidesWriting = Number.POSITIVE_INFINITY
  #besidesWaiting = Number.POSITIVE_INFINITY
  #error: Error | null = null
  #commits = 0
  #commitErrors = 0
  #lastCommitMs: Millis = 0

  constructor(options: WriteBehindOptions) {
    const { opened, clock } = options
    const head = opened.runs.at(-1)!.first - 1
    const besides = () => this.#givenBesides()
    this.#options = options
    this.#committed = head
    this.#takenHead = head
    this.#reserved = opened.reserved
    this.series = new SeriesTable(opened.series)
    this.#storedSeries = this.series.count
    this.ring = new Ring(this.series, options.ringReadings, head)
    this.records = new KeptRecords(opened.records, besides)
    this.rejects = new KeptRejects(opened.lastRejected, options.rejected, besides, clock)
    const commit = new GroupCommit({
      ageMs: options.commit.ageMs,
      full: () => this.ring.head - this.#committed >= options.commit.readings,
      write: () => this.#write(),
    })
    this.#commit = commit
    this.durability = {
      get head() {
        return commit.given
      },
      get durableHead() {
        return commit.done
      },
      durable: (count) => commit.reached(count),
      commitSoon: () => commit.soon(),
      commitShortly: () => commit.shortly(),
    }
  }

  get head(): Seq {
    return this.ring.head
  }

  /** The last reading on disk. */
  get committed(): Seq {
    return this.#committed
  }

  get durableHead(): Seq {
    return Math.min(this.#committed, this.#besidesWriting - 1, this.#besidesWaiting - 1)
  }

  get health(): Pick<
    StoreHealth,
    'state' | 'detail' | 'uncommitted' | 'saturated' | 'commits' | 'commitErrors' | 'lastCommitMs'
  > {
    const uncommitted = this.head - this.#committed
    const text = uncommitted > 0 && this.ring.textLength >= saturatedText
    return {
      ...diskState(this.#error),
      uncommitted,
      saturated: uncommitted >= saturatedReadings || text,
      commits: this.#commits,
      commitErrors: this.#commitErrors,
      lastCommitMs: this.#lastCommitMs,
    }
  }

  /** @throws GatewayError `unavailable` when the disk has been away for so long that nothing more is taken */
  append(readings: readonly Reading[]): Seq {
    const head = this.head + readings.length
    const waits = head - this.#committed
    if (waits > uncommittedMax || head > this.#reserved || (waits > 1 && this.ring.textLength > uncommittedTextMax))
      throw new GatewayError(
        'unavailable',
        `${this.head - this.#committed} readings wait for the disk, no more are taken`,
        this.#error ? 'make room on the disk, or replace it' : 'append fewer at a time',
      )
    for (const reading of readings) this.ring.push(reading)
    this.ring.release(this.#committed)
    this.#commit.add(readings.length)
    return head
  }

  /** See `ReadingLog.durable`. */
  durable(seq: Seq): Promise<void> {
    if (this.durableHead >= seq) return Promise.resolve()
    const { taken, given } = this.#commit
    const isTaken = seq <= this.#takenHead && seq < this.#besidesWaiting
    return this.#commit.reached(isTaken ? taken : given)
  }

  /** Commits everything that was given until now. False when the disk does not take it. */
  flush(): Promise<boolean> {
    return this.#commit.flush()
  }

  /** Commits what waits, once. False when the disk did not take it: who waits for that gets an error. */
  async close(): Promise<boolean> {
    const complete = await this.#commit.flush()
    this.#commit.close(new GatewayError('unavailable', 'the log was closed before this was on disk'))
    return complete
  }

  #givenBesides(): void {
    this.#besidesWaiting = Math.min(this.#besidesWaiting, this.head)
    this.#commit.add(1)
  }

  async #write(): Promise<void> {
    const started = performance.now()
    const to = this.head
    const batch = to > this.#committed ? this.ring.copy(this.#committed + 1, to) : null
    const series = this.series.count
    // More are reserved when half of them are used.
    const reserved = to > this.#reserved - reservedReadings / 2 ? to + reservedReadings : this.#reserved
    const commit: Commit = {
      now: this.#options.clock(),
      batch,
      series: this.series.after(this.#storedSeries),
      records: this.records.take(),
      rejected: this.rejects.take(),
      reserved,
    }
    this.#takenHead = to
    this.#besidesWriting = this.#besidesWaiting
    this.#besidesWaiting = Number.POSITIVE_INFINITY
    try {
      await this.#options.write(commit, batch ? buffersOf(batch) : [])
    } catch (error) {
      this.records.giveBack(commit.records)
      this.rejects.giveBack()
      this.#besidesWaiting = Math.min(this.#besidesWaiting, this.#besidesWriting)
      this.#besidesWriting = Number.POSITIVE_INFINITY
      this.#failed(error as Error)
      throw error
    }
    this.rejects.written()
    this.#besidesWriting = Number.POSITIVE_INFINITY
    this.#committed = to
    this.#storedSeries = series
    this.#reserved = reserved
    this.ring.release(to)
    this.#commits++
    this.#lastCommitMs = performance.now() - started
    if (this.#error) this.#options.disk(null)
    this.#error = null
  }

  #failed(error: Error): void {
    this.#commitErrors++
    this.#takenHead = this.#committed
    if (this.#error?.message !== error.message) this.#options.disk(error)
    this.#error = error
  }
}

function diskState(error: Error | null): Pick<StoreHealth, 'state' | 'detail'> {
  if (!error) return { state: 'ok' }
  const { code } = (error.cause ?? error) as { code?: string }
  return { state: code === 'SQLITE_FULL' ? 'full' : 'failed', detail: lineOf(error) }
}
