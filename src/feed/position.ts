import { GatewayError } from '../errors.ts'
import type { ReadingLog, Run } from '../log/log.ts'
import type { Seq } from '../reading.ts'

/** Why a stream does not go on right after the position it was given; see PROTOCOL.md, "Gaps". */
export type GapReason = 'retention' | 'epoch' | 'future'

/** What was asked for and is not there: the numbers `from` to `to`, both included; none when `to` is `from - 1`. */
export interface Gap {
  readonly from: Seq
  readonly to: Seq
  readonly reason: GapReason
}

/** Where reading begins: after `after`, with a gap to tell first when that is not where the client stood. */
export interface Start {
  readonly after: Seq
  readonly gap?: Gap
  /** The client has been told a part of what was thinned out of a window that begins after `after`. */
  readonly window?: Window
}

/**
 * A stretch of the log, (after, upTo], of which a thinned stream tells one event a series, in the order of the series'
 * last readings there: `told` is the last of them that was told.
 */
export interface Window {
  readonly after: Seq
  readonly told: Seq
  readonly upTo: Seq
}

/** The public name of a place in the log: `<run>.<seq>`, with the run in which that number was given. */
export function positionId(runs: readonly Run[], seq: Seq): string {
  return `${runs[runIndex(runs, seq)]!.id}.${seq}`
}

/** The public name of a place within a window: `<run>.<told>-<back to its beginning>-<ahead to its end>`. */
export function windowId(runs: readonly Run[], { after, told, upTo }: Window): string {
  return `${positionId(runs, told)}-${told - after}-${upTo - told}`
}

/** Index of the run that gave `seq`; of the oldest run for what lies before it. Runs are few and mostly the last is meant. */
export function runIndex(runs: readonly Run[], seq: Seq): number {
  let index = runs.length - 1
  while (index > 0 && runs[index]!.first > seq) index--
  return index
}

/**
 * Reads a position from a query parameter: an id (`k3f9ab.1042`) or a bare sequence number.
 * @throws GatewayError `usage` when it is neither.
 */
export function startAfter(log: ReadingLog, text: string, parameter: string): Start {
  const position = parse(text)
  if (position) return locate(log, position)
  throw new GatewayError(
    'usage',
    `${parameter}=${text} is not a position`,
    'use the id of an event, such as k3f9ab.1042, or a sequence number',
  )
}

/**
 * Reads a `Last-Event-ID`. Never fails: an error status would close an EventSource for good, so an id that makes no
 * sense is answered with a gap, and everything there is.
 */
export function resumeAfter(log: ReadingLog, lastEventId: string): Start {
  const position = parse(lastEventId)
  return position ? locate(log, position) : otherEpoch(log)
}

interface Position {
  /** Absent for a bare sequence number. */
  readonly run?: string
  readonly seq: Seq
  readonly window?: Window
}

function parse(text: string): Position | null {
  const match = /^(?:([a-z0-9]{1,32})\.)?([0-9]{1,16})(?:-([0-9]{1,16})-([0-9]{1,16}))?$/.exec(text)
  if (!match) return null
  const [seq, back = 0, ahead = 0] = match.slice(2).map((digits) => (digits === undefined ? undefined : Number(digits)))
  if (seq === undefined || !Number.isSafeInteger(seq + ahead) || back > seq) return null
  return {
    ...(match[1] !== undefined && { run: match[1] }),
    seq,
    ...(back + ahead > 0 && { window: { after: seq - back, told: seq, upTo: seq + ahead } }),
  }
}

function locate(log: ReadingLog, { run, seq, window }: Position): Start {
  if (run !== undefined) {
    const index = log.runs.findIndex(({ id }) => id === run)
    if (index < 0) return otherEpoch(log)
    const following = log.runs[index + 1]
    // The database was put back to an earlier state, and the numbers after that belong to other readings now.
    if (following && seq >= following.first) return otherEpoch(log, following.first)
  }
  if (seq > log.head) return { after: log.head, gap: { from: log.head + 1, to: seq, reason: 'future' } }
  if (!window) return { after: seq }
  // Whoever does not thin as before is told some of the window again rather than not at all.
  return { after: window.after, window: { ...window, upTo: Math.min(window.upTo, log.head) } }
}

/** The numbers of another log say nothing here: everything there is from `first` on, of which retention may have taken some. */
function otherEpoch(log: ReadingLog, first: Seq = 1): Start {
  const after = Math.max(first, log.floor) - 1
  return { after, gap: { from: first, to: after, reason: 'epoch' } }
}
