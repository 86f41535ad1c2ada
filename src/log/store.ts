import type { LoggedReading, Millis, Quality, Seq, Series } from '../reading.ts'
import type { Change } from './changes.ts'
import type { ReadingLog, SeriesFilter, TimeRange } from './log.ts'

/** Something that could not be decoded, kept with its bytes so that a person can see why their sensor does not appear. */
export interface Rejected {
  readonly time: Millis
  /** Input it came from, as in `Frame.source`. */
  readonly source: string
  /** MQTT topic, or the serial profile's name. */
  readonly subject: string
  /** From a closed vocabulary, such as `json_syntax`. */
  readonly reason: string
  /** Path of the field, or `message`. */
  readonly where: string
  /** The raw bytes, cut to a bound. */
  readonly payload: Uint8Array
}

/** What was rejected, bounded, newest first, in the same commits as the readings. */
export interface Quarantine {
  add(entry: Rejected): void
  /** Newest first; `before` is the `id` of the last entry seen. */
  list(options: { limit: number; before?: number }): Promise<readonly (Rejected & { readonly id: number })[]>
}

/**
 * Small named values beside the log (decoder state, retained messages, names people gave to devices): all in memory,
 * written in the same commits as the readings. Values are JSON text.
 */
export interface Records {
  get(kind: string, key: string): string | undefined
  /** All of one kind, by key. */
  all(kind: string): ReadonlyMap<string, string>
  put(kind: string, key: string, value: string): void
  delete(kind: string, key: string): void
}

/**
 * What inputs acknowledge by. Its numbers count everything given to the store, readings, records and rejected messages
 * alike: unlike sequence numbers they go up with a message that held no reading, so that waiting for one thing is never
 * waiting for all those that come after it.
 */
export interface Durability {
  /** How much was given. */
  readonly head: number
  /** How much of it is on disk. */
  readonly durableHead: number
  /** Resolves when that much is on disk; rejects only when the store is closed first. */
  durable(head: number): Promise<void>
  commitSoon(): void
  /** Asks for a commit within a tenth of a second, and no more of them than ten a second: somebody waits for little. */
  commitShortly(): void
}

/** How the disk is doing, for health and metrics. */
export interface StoreHealth {
  /** `full`: a commit failed and is tried again; appended readings wait in memory up to a bound. */
  readonly state: 'ok' | 'full' | 'failed'
  readonly detail?: string
  /** Readings appended and not yet on disk. */
  readonly uncommitted: number
  /** Whether the bound on those is reached: whoever can make senders wait should. */
  readonly saturated: boolean
  readonly databaseBytes: number
  readonly walBytes: number
  readonly commits: number
  readonly commitErrors: number
  /** Duration of the last commit. */
  readonly lastCommitMs: Millis
  readonly readErrors: number
  /** Why what is stored could not be read the last time somebody asked for it. */
  readonly unreadable?: string
  /** Why nothing old could be dropped or summed up: the database grows meanwhile. */
  readonly undropped?: string
  /** The run before this one was not closed: the process was killed, or the power failed. */
  readonly leftOpen: boolean
}

/** What a chart asks for. */
export interface HistoryQuery {
  readonly filter: SeriesFilter | null
  /** Widened to whole buckets. */
  readonly times: TimeRange
  /** Buckets wanted of each series at most. */
  readonly points: number
}

/** One line of a chart. */
export interface SeriesHistory {
  readonly series: Series
  /** Width of the buckets, which begin at whole multiples of it since 1970. */
  readonly resolution: Millis
  /** Of numbers: time, min, max, mean and count of each bucket that holds readings, one after the other. */
  readonly buckets?: Float64Array
  /** Buckets, by their time, that hold readings of less trust, and the worst of what was said of these. Known of readings, not of what is summed up already. */
  readonly doubts?: ReadonlyMap<Millis, Quality>
  /**
   * Of booleans and text: what the value became, and when; at most three of one resolution. The first may lie before the
   * range: what held when it began.
   */
  readonly changes?: readonly Change[]
}

/** Everything that is kept: the log and the small things beside it, one database, one set of commits. */
export interface Store extends ReadingLog {
  readonly quarantine: Quarantine
  readonly records: Records
  /** The newest reading of every series that is still kept. */
  latest(): Promise<readonly LoggedReading[]>
  /**
   * What charts are drawn from, of readings that are on disk.
   * @throws GatewayError `usage` when the filter matches too many series, `unavailable` while an older database is summed up
   */
  history(query: HistoryQuery): Promise<readonly SeriesHistory[]>
  health(): StoreHealth
  /** The time of day as far as jumps of the machine's clock are believed: how old readings are goes by it. */
  readonly believedTime: Millis
  /** A consistent copy of the database into a new file, while running. */
  backup(file: string): Promise<void>
  /** Commits what waits and closes. A later start goes on at `head + 1`, without a hole. Returns the last head. */
  close(): Promise<Seq>
}
