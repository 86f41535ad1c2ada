import type { DeviceId, Millis, Seq } from '../src/reading.ts'
import { getText } from './api.ts'
import { seqOf } from './wire.ts'

/** Readings asked for at once; the most that the gateway gives. */
const pageReadings = 10_000

export type ExportFormat = 'csv' | 'ndjson'

/** Of a device everything, or one metric: with this channel, or without any. */
export interface ExportLine {
  readonly device: DeviceId
  readonly metric?: string
  readonly channel?: string
}

export interface ExportQuery {
  /** Written one after the other. */
  readonly lines: readonly ExportLine[]
  readonly from: Millis
  readonly to: Millis
  readonly format: ExportFormat
  /** Where the log ends now: what comes later belongs to no export. 0 while that is not known. */
  readonly head: Seq
}

export interface Exported {
  readonly file: Blob
  readonly rows: number
  /** Readings of the range had left the log before they could be read. */
  readonly isCut: boolean
}

/**
 * All raw readings of lines in a range, page by page into one file; the browser keeps the parts on disk where they are
 * many. One answer alone would end after 10,000 readings without saying so. Throws ApiError.
 */
export async function exportReadings(
  { lines, from, to, format, head }: ExportQuery,
  signal: AbortSignal,
  progress: (rows: number) => void,
): Promise<Exported> {
  const parts: Blob[] = []
  let rows = 0
  let isCut = false
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), limit: `${pageReadings}`, format }
  for (const line of lines) {
    const parameters = new URLSearchParams({ ...lineQuery(line), ...range })
    for (let next: string | undefined = `/api/readings?${parameters}`; next; ) {
      const page = await getText(next, signal)
      const text: string = format === 'csv' && parts.length > 0 ? withoutHeader(page.text) : page.text
      parts.push(new Blob([text]))
      rows += lineCount(page.text) - (format === 'csv' ? 1 : 0)
      isCut ||= page.gap !== null
      progress(rows)
      next = page.next && (head === 0 || seqOf(positionIn(page.next)) < head) ? page.next : undefined
    }
  }
  return { file: new Blob(parts, { type: format === 'csv' ? 'text/csv' : 'application/x-ndjson' }), rows, isCut }
}

/** A channel that is asked for as empty stands for readings without one. */
function lineQuery({ device, metric, channel = '' }: ExportLine): Record<string, string> {
  return metric === undefined ? { device } : { device, metric, channel }
}

function positionIn(url: string): string {
  return new URLSearchParams(url.slice(url.indexOf('?'))).get('after') ?? ''
}

function withoutHeader(csv: string): string {
  return csv.slice(csv.indexOf('\n') + 1)
}

/** A quoted line break (RFC 4180 §2.6) within a text value is counted as well: this is for progress only. */
function lineCount(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++
  return count
}
