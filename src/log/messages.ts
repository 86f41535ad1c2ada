import type { Millis, Quality, Seq } from '../reading.ts'
import type { KeptAge, Shift } from './age-clock.ts'
import type { Change } from './changes.ts'
import type { Batch, Rows } from './columns.ts'
import type { Run, TimeRange } from './log.ts'
import type { StoredSeries } from './series-table.ts'
import type { Rejected } from './store.ts'

/** What the main thread asks of the two threads that own SQLite, and what they answer: plain data, one table each. */

/** Numbers reserved ahead: none is given to a reading before the database says that it may have been. */
export const reservedReadings = 1_000_000

/** Everything that one commit writes. */
export interface Commit {
  readonly now: Millis
  readonly batch: Batch | null
  /** Series that the batch is the first to use. */
  readonly series: readonly StoredSeries[]
  /** Kind, key and value; `null` deletes. */
  readonly records: readonly (readonly [kind: string, key: string, value: string | null])[]
  readonly rejected: readonly RejectedRow[]
  /** Sequence numbers up to here may be given from now on. */
  readonly reserved: Seq
}

export interface RejectedRow extends Rejected {
  readonly id: number
}

/** How large the database is. */
export interface Size {
  /** Bytes of the database file, and how many of them hold nothing. */
  readonly databaseBytes: number
  readonly freeBytes: number
  /** Bytes in the write-ahead log that count: its file may be longer. */
  readonly walBytes: number
}

/** What a start finds in the database. */
export interface Opened extends Size {
  readonly runs: readonly Run[]
  readonly floor: Seq
  readonly reserved: Seq
  readonly series: readonly StoredSeries[]
  readonly records: readonly (readonly [kind: string, key: string, value: string])[]
  /** How the clock of retention stood. */
  readonly age: KeptAge
  /** Newest id of what was rejected, 0 when nothing was. */
  readonly lastRejected: number
  /** The run before did not close: it was killed, or the power failed. */
  readonly leftOpen: boolean
}

export type WriterTable = {
  /** Takes the lock, migrates, begins the run. */
  open: (request: { readonly run: string; readonly now: Millis; readonly rejectedMax: number }) => Opened
  commit: (request: Commit) => Size
  /** Writes all of the write-ahead log back into the database and begins it anew, unless somebody else is reading. */
  truncate: (request: Record<never, never>) => Size
  /** Sums up a piece of what is due; `all` takes the present hour too. Whether there may be more: call again. */
  roll: (request: { readonly now: Millis; readonly all: boolean }) => boolean
  /** Drops a few blocks from the old end, where there is reason to. */
  retain: (request: Retain) => Retained
  /** Takes what was committed from the number `from` on for so much later, as the clock was put forward since. */
  shift: (request: Shift) => void
  /** Gives free pages back to the file system, a bounded number a call. */
  vacuum: (request: Record<never, never>) => Size
  backup: (request: { readonly file: string }) => Promise<void>
  /** Gives back the numbers reserved above `head`, unless it is null, and closes the database. */
  close: (request: { readonly head: Seq | null }) => void
}

export interface Retain {
  readonly now: Millis
  /** Drop what was appended before this time. */
  readonly before: Millis
  /** Drop while the database holds more than this. */
  readonly bytes: number
  /** Drop everything below this number. */
  readonly floor: Seq
  /** Drop minutes and hours of charts that lie before these times. */
  readonly minutesBefore: Millis
  readonly hoursBefore: Millis
}

export interface Retained extends Size {
  readonly floor: Seq
  /** Nothing was dropped, since what is next has to be summed up first. */
  readonly unrolled: boolean
  /** Whether there is more to drop: call again. */
  readonly more: boolean
}

export type ReaderTable = {
  open: (request: Record<never, never>) => void
  read: (request: ReadRequest) => ReadAnswer
  /** First sequence number up to `to` whose time is not before `time`; null when there is none. */
  seek: (request: { readonly time: Millis; readonly to: Seq }) => Seq | null
  /** The position before the `wants[i]` last readings up to `to` of each series `ids[i]`; null when there is none. */
  seekLast: (request: {
    readonly ids: Uint32Array
    readonly wants: Uint32Array
    readonly to: Seq
  }) => Promise<Seq | null>
  /** Last sequence number up to `to` of every series that is still kept, of `count` in all. */
  lastSeqs: (request: { readonly to: Seq; readonly count: number }) => Promise<Map<number, Seq>>
  /** The readings of those sequence numbers that are still kept. */
  pick: (request: { readonly seqs: Float64Array }) => Rows
  history: (request: HistoryRequest) => Promise<HistoryAnswer>
  /** Newest first. */
  rejected: (request: { readonly limit: number; readonly before: number }) => RejectedRow[]
  close: (request: Record<never, never>) => void
}

export interface ReadRequest {
  readonly after: Seq
  /** How far the log is on disk. */
  readonly to: Seq
  /** Series wanted; `null` wants all. */
  readonly choice: WantedSeries | null
  readonly times: TimeRange | null
  readonly limit: number
}

export interface WantedSeries {
  /** 1 where the series of that id is wanted. */
  readonly wanted: Uint8Array
  /** Their ids; `null` where they are too many to make a set of them for SQLite, which takes longer than to look here. */
  readonly ids: readonly number[] | null
}

export interface ReadAnswer {
  readonly rows: Rows
  readonly next: Seq
  /** Oldest number kept at the moment of reading. */
  readonly floor: Seq
}

export interface HistoryRequest {
  /** Series wanted, ascending. */
  readonly ids: Uint32Array
  /** What the values of each are: `kindNumber`, `kindBoolean` or `kindText`. */
  readonly kinds: Uint8Array
  readonly from: Millis
  readonly to: Millis
  readonly points: number
  /** How far the log is on disk. */
  readonly upTo: Seq
}

/** What `SeriesHistory` has of each kind of series. */
export type SeriesAnswer =
  | { readonly buckets: Float64Array; readonly doubts?: ReadonlyMap<Millis, Quality> }
  | { readonly changes: readonly Change[] }

export interface HistoryAnswer {
  readonly width: Millis
  /** In the order of the ids asked for. */
  readonly answers: readonly SeriesAnswer[]
}
