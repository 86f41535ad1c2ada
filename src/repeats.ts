import type { Logger } from './http/logger.ts'
import type { Millis } from './reading.ts'

/** Lines of one kind in a minute: enough to see what is wrong, too few to fill a card when it happens every second. */
const linesMax = 20
const minuteMs: Millis = 60_000

/** Kinds remembered at a time. Inputs and our own sentences are some dozens; more only come when texts hold figures. */
const kindsMax = 500

type Level = keyof Logger

interface Kind {
  since: Millis
  count: number
  /** The latest of those left out, which says how things stand now. */
  last: (() => void) | null
}

interface LimitedLogger extends Logger {
  /** Writes what was held back, and holds nothing any more. */
  flush(): void
}

/**
 * A logger that leaves out repeats: what one input says, or the same sentence, more than 20 times within a minute, as a
 * failing disk or a loose plug makes it. The last of those left out comes at the end of the minute, with their number.
 */
export function limitRepeats(logger: Logger): LimitedLogger {
  const kinds = new Map<string, Kind>()
  let timer: NodeJS.Timeout | undefined

  function write(level: Level, details: object, message: string): void {
    const key = (details as { input?: string }).input ?? message
    const now = performance.now()
    const kind = kinds.get(key)
    if (!kind || now - kind.since >= minuteMs) return begin(key, now, level, details, message)
    kind.count++
    if (kind.count <= linesMax) return logger[level](details, message)
    const omitted = kind.count - linesMax - 1
    kind.last = () =>
      logger[level](
        omitted > 0 ? { ...details, omitted } : details,
        omitted > 0 ? `${message} (and ${omitted} such lines before, left out)` : message,
      )
    timer ??= setInterval(tellEnded, 1000).unref()
  }

  function begin(key: string, now: Millis, level: Level, details: object, message: string): void {
    forget(key)
    const [oldest] = kinds.keys()
    if (kinds.size >= kindsMax && oldest !== undefined) forget(oldest)
    kinds.set(key, { since: now, count: 1, last: null })
    logger[level](details, message)
  }

  function forget(key: string): void {
    kinds.get(key)?.last?.()
    kinds.delete(key)
  }

  function tellEnded(): void {
    const now = performance.now()
    for (const [key, { since }] of kinds) if (now - since >= minuteMs) forget(key)
    if ([...kinds.values()].some(({ last }) => last !== null)) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    info: (details, message) => write('info', details, message),
    warn: (details, message) => write('warn', details, message),
    error: (details, message) => write('error', details, message),
    flush: () => {
      clearInterval(timer)
      timer = undefined
      for (const key of [...kinds.keys()]) forget(key)
    },
  }
}
