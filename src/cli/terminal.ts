import { closeSync, openSync } from 'node:fs'
import type { WriteStream } from 'node:tty'
import { styleText } from 'node:util'

type Format = Parameters<typeof styleText>[0]

/**
 * Writes a line to standard output; resolves when it is written, so that a slow reader slows the writer. A reader who has
 * gone is dealt with below.
 */
export function print(line = ''): Promise<void> {
  return write(`${line}\n`)
}

/** The same for text or bytes as they are. */
export function write(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve())
  })
}

/** A line for a person, on standard error, so that it never mixes with what is piped on. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Colours text for a terminal that shows colours (`NO_COLOR` and `FORCE_COLOR` are heeded); plain when piped. */
export function paint(format: Format, text: string, stream: WriteStream = process.stdout): string {
  return stream.isTTY && stream.hasColors() ? styleText(format, text) : text
}

/**
 * Text that came from a device or the network, made safe to show: control characters, which could move the cursor or
 * rename the window, become `\u{…}`.
 */
export function plain(text: string): string {
  return text.replace(
    /[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u{${char.charCodeAt(0).toString(16)}}`,
  )
}

/** Rows with their columns under each other, two spaces apart; colours are added after the widths are known. */
export function table(rows: readonly (readonly string[])[], colours: readonly (Format | undefined)[] = []): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row.map((cell, i) => {
      const padded = i === row.length - 1 ? cell : cell.padEnd(widths[i]!)
      return colours[i] ? paint(colours[i], padded) : padded
    })
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n')
}

/** `3 s`, `5 min`, `2 h`, `4 d`: how long something took or has been, in one unit. */
export function roughly(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 100) return `${seconds} s`
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** Whether a terminal that was there at the start still is. */
export function lostTerminal(): boolean {
  if (!process.stderr.isTTY) return false
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return false
  } catch {
    return true
  }
}

/** `rivulet tail | head` ends quietly: a reader that has seen enough is no failure. What else keeps output from being written is. */
export function quietOnClosedPipe(): void {
  onOutputError(({ code }) => {
    // EIO: it was a terminal, and its window was closed.
    if (code === 'EPIPE' || code === 'EIO') process.exit(0)
    note(
      `rivulet: output cannot be written (${code}); ${code === 'ENOSPC' ? 'make room on that disk' : 'write it elsewhere'}`,
    )
    process.exit(1)
  })
}

/** A gateway goes on without whoever read what it says, and with a full disk below its log. */
export function surviveClosedPipe(): void {
  onOutputError(() => undefined)
}

function onOutputError(act: (error: NodeJS.ErrnoException) => void): void {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', act)
}
