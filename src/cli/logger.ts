import pino from 'pino'
import { paint, plain } from './terminal.ts'

/** Where the gateway says what happens; one line each. */
export interface Logger {
  info(details: object, message: string): void
  warn(details: object, message: string): void
  error(details: object, message: string): void
}

/** On a terminal a line for people; else JSON for whatever collects logs. Both on standard error, at once. */
export function createLogger(): Logger {
  if (process.stderr.isTTY) return { info: line('info'), warn: line('warn'), error: line('error') }
  const options = {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: withoutSecrets },
  }
  // Not pino's own destination: that one takes a reader who has gone for the end of the program.
  return pino(options, process.stderr)
}

/**
 * Names from the network stand in lines, and some people give their token as the user or the client id of MQTT: of a token, also
 * of one that was cut short, only the name stays.
 */
function withoutSecrets(text: string): string {
  return text.replace(/(rvl_[0-9a-f]{10}_)[\w-]+/g, '$1…')
}

const colours = { info: 'dim', warn: 'yellow', error: 'red' } as const

function line(level: keyof typeof colours): (details: object, message: string) => void {
  return (details, message) => {
    const time = new Date().toTimeString().slice(0, 8)
    const { err } = details as { err?: unknown }
    const cause = err instanceof Error ? ` (${err.message})` : ''
    process.stderr.write(
      `${paint(colours[level], `${time} ${level.padEnd(5)} ${plain(withoutSecrets(message + cause))}`, process.stderr)}\n`,
    )
  }
}
