import { isoTime, readingJson } from '../feed/json.ts'
import type { Gap } from '../feed/position.ts'
import type { LoggedReading } from '../reading.ts'

/** How readings can be written, by the name in `format=`. */
export const formats = { json: 'application/json', ndjson: 'application/x-ndjson', csv: 'text/csv' } as const
export type Format = keyof typeof formats

/** Readings as lines, each ended; RFC 4180 §2: those of CSV end in CRLF. */
export const lines: Record<'ndjson' | 'csv', (readings: readonly LoggedReading[]) => string> = {
  ndjson: (readings) => readings.map((reading) => `${readingJson(reading)}\n`).join(''),
  csv: (readings) => readings.map((reading) => `${csvLine(reading)}\r\n`).join(''),
}

/** What stands before the lines. */
export const header = { ndjson: '', csv: 'seq,time,device,metric,channel,value,unit,quality\r\n' } as const

/** One page; `next` and `gap` have room in JSON alone. */
export function renderPage(
  format: Format,
  readings: readonly LoggedReading[],
  next: string,
  gap: Gap | undefined,
): string {
  if (format !== 'json') return header[format] + lines[format](readings)
  const list = readings.map(readingJson).join(',\n')
  return `{"readings":[${list}],"next":"${next}"${gap ? `,"gap":${JSON.stringify(gap)}` : ''}}`
}

function csvLine({ seq, time, device, metric, channel, value, unit, quality }: LoggedReading): string {
  return [seq, isoTime(time), device, metric, channel ?? '', value, unit ?? '', quality ?? ''].map(csvField).join(',')
}

function csvField(value: string | number | boolean): string {
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
