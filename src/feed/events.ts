import type { Page, Run } from '../log/log.ts'
import type { Seq } from '../reading.ts'
import type { DeviceChange } from './device.ts'
import { readingJson } from './json.ts'
import { type Gap, positionId, runIndex, type Start, windowId } from './position.ts'

/**
 * Server-Sent Events (HTML §9.2.6). A field ends at the first CR or LF, and `id` must hold no NUL; nothing here can
 * contain one: run ids are `[a-z0-9]`, numbers are numbers, and data is JSON, in which control characters are escaped.
 */

/** How many numbers a filter may skip within a page before the client is told how far it came. */
const skippedMax = 10_000

/** The events of a page read after `after`: what was lost, the readings, and how far it went. Empty for nothing. */
export function pageEvents(runs: readonly Run[], head: Seq, after: Seq, page: Page): string {
  const { readings, next, lost } = page
  let text = ''
  let told = after
  if (lost) {
    text = gapEvent(positionId(runs, lost.to), { from: lost.from, to: lost.to, reason: 'retention' })
    told = lost.to
  }
  if (readings.length > 0) {
    told = readings[readings.length - 1]!.seq
    let index = runIndex(runs, readings[0]!.seq)
    for (const reading of readings) {
      while (index + 1 < runs.length && runs[index + 1]!.first <= reading.seq) index++
      text += `id: ${runs[index]!.id}.${reading.seq}\ndata: ${readingJson(reading)}\n\n`
    }
  }
  return next - told > skippedMax ? text + cursorEvent(positionId(runs, next), { head }) : text
}

/** Where the stream stands; `oldest` is told once, at its beginning. */
export function cursorEvent(id: string, data: { head: Seq; oldest?: Seq }): string {
  return `event: cursor\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`
}

/** What was asked for and is not there. The id is where the stream goes on. */
export function gapEvent(id: string, { from, to, reason }: Gap): string {
  return `event: gap\nid: ${id}\ndata: ${JSON.stringify({ from, to, reason })}\n\n`
}

/**
 * The first events of a stream. The cursor before a gap has no id: were the connection cut between the two, a client
 * that had already moved its position would never hear of the gap.
 */
export function openingEvents(runs: readonly Run[], { after, gap, window }: Start, data: { head: Seq; oldest: Seq }) {
  if (!gap) return cursorEvent(window ? windowId(runs, window) : positionId(runs, after), data)
  return `event: cursor\ndata: ${JSON.stringify(data)}\n\n${gapEvent(positionId(runs, after), gap)}`
}

/** A device came or went, or is called otherwise. Without an id, since this is not in the log. */
export function deviceEvent(change: DeviceChange): string {
  return `event: device\ndata: ${JSON.stringify(change)}\n\n`
}
