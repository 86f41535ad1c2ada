import type { Reading } from '../client/client.ts'
import { clientOf, type GatewayOptions } from './connect.ts'
import { note, print } from './terminal.ts'

export interface ExportOptions extends GatewayOptions {
  readonly metric?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly format: 'csv' | 'ndjson'
}

const columns = ['seq', 'time', 'device', 'metric', 'channel', 'value', 'unit', 'quality'] as const

/** `rivulet export`: stored readings on standard output, progress on standard error. */
export async function exportReadings(devices: readonly string[], options: ExportOptions): Promise<void> {
  const { metric = [], from, to, format } = options
  const progress = startProgress()
  if (format === 'csv') await print(columns.join(','))
  const readings = clientOf(options).readings({
    device: devices,
    metric,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  })
  let count = 0
  let lines: string[] = []
  for await (const reading of readings) {
    lines.push(format === 'csv' ? csvLine(reading) : JSON.stringify(reading))
    count += 1
    // One write for many lines: a million of them take seconds otherwise.
    if (lines.length === 1000) {
      await print(lines.join('\n'))
      lines = []
      progress(count)
    }
  }
  if (lines.length > 0) await print(lines.join('\n'))
  progress(count, true)
}

/** RFC 4180 §2. */
function csvLine(reading: Reading): string {
  return columns
    .map((column) => {
      const text = String(reading[column] ?? '')
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
    })
    .join(',')
}

/** On a terminal a line that counts, redrawn four times a second; else only the sum at the end. */
function startProgress(): (count: number, done?: boolean) => void {
  const started = Date.now()
  let shown = started
  return (count, done = false) => {
    const text = `${count.toLocaleString('en')} readings`
    if (done) {
      const seconds = ((Date.now() - started) / 1000).toFixed(1)
      note(`${process.stderr.isTTY ? '\r' : ''}${text} in ${seconds} s`)
    } else if (process.stderr.isTTY && Date.now() - shown > 250) {
      shown = Date.now()
      process.stderr.write(`\r${text}`)
    }
  }
}
