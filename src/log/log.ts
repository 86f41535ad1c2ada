import type { LoggedReading, Millis, Reading, Seq, Series } from '../reading.ts'

/** One start of the gateway. A reading's public id is `<run.id>.<seq>` with the run in which it was appended. */
export interface Run {
  /** Short random name, `[a-z0-9]+`. */
  readonly id: string
  /** First sequence number this run could give. */
  readonly first: Seq
}

/** Which series a reader wants. `key` names the choice: equal keys match the same series. */
export interface SeriesFilter {
  readonly key: string
  matches(series: Series): boolean
}

/** Readings from the time `from` on and before `to`; infinite where one side is open. */
export interface TimeRange {
  readonly from: Millis
  readonly to: Millis
}

/** Every retained reading in (after, next] that matches the filter is in `readings`, in order. */
export interface Page {
  readonly readings: readonly LoggedReading[]
  /** How far the log was searched, which is not the last match: a narrow filter never searches a stretch twice. */
  readonly next: Seq
  /** Asked for and no longer there: retention took the numbers `from` to `to`, both included. */
  readonly lost?: { readonly from: Seq; readonly to: Seq }
}

export interface WaitOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: Millis
}

/**
 * An append-only log of readings. Async where a disk may be behind it, so that a replicated log can implement it too.
 * Sequence numbers strictly increase and are never reused; holes after an unclean stop are not gaps.
 */
export interface ReadingLog {
  /**
   * Gives the readings the next sequence numbers, in order, and makes them visible to `read` at once. Returns the head.
   * @throws GatewayError `unavailable` when a disk has been away for so long that nothing more can wait for it; none of
   * the readings is taken then
   */
  append(readings: readonly Reading[]): Seq
  /**
   * Resolves when everything up to `seq`, and everything else given to the store until now while `seq` was the head, is
   * on disk.
   * Waits for as long as the disk is away; rejects only when the log is closed first.
   */
  durable(seq: Seq): Promise<void>
  /** Asks for a commit now instead of when a batch is full or old: somebody waits. */
  commitSoon(): void
  /**
   * At most `limit` matching readings after `after`, from a bounded search; `next` says how far it went. With `times`,
   * only those of that range match too, and stretches that hold none are skipped.
   */
  read(after: Seq, filter: SeriesFilter | null, limit: number, times?: TimeRange): Promise<Page>
  /**
   * True as soon as the head lies beyond `after`; false at the time-out or abort. All waiters of one turn of the event
   * loop are woken together, at its end, so that a burst of appends costs each of them one wake-up.
   */
  wait(after: Seq, options?: WaitOptions): Promise<boolean>
  /** First sequence number whose reading's time is not before `time`, less one: the position to read on from. */
  seek(time: Millis): Promise<Seq>
  /** The position after which each matching series has at least its `count` last readings, or all it has. */
  seekLast(count: number, filter: SeriesFilter | null): Promise<Seq>
  /** Last sequence number given, 0 at the very beginning. */
  readonly head: Seq
  /** Everything up to here, and everything else given to the store until it was the head, is on disk. */
  readonly durableHead: Seq
  /** Everything below was dropped by retention; head + 1 when nothing is kept. */
  readonly floor: Seq
  /** All runs known, oldest first; the last one is the present run. */
  readonly runs: readonly Run[]
}
