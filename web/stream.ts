import type { LoggedReading, Millis, Seq } from '../src/reading.ts'
import { parseReading, seqOf, type WireCursor, type WireDeviceChange, type WireGap } from './wire.ts'

/** What a person is told about the connection. */
export type StreamState = 'connecting' | 'live' | 'catching-up' | 'reconnecting'

export interface StreamListener {
  /** From here on everything comes; what came before does not: take a snapshot now, not earlier. */
  fresh(): void
  /** The stream goes on where it was. Changes of status in between are not repeated: a snapshot has them. */
  resumed(): void
  reading(reading: LoggedReading): void
  gap(gap: WireGap): void
  device(change: WireDeviceChange): void
  state(state: StreamState): void
  /** The gateway refused the stream for good (perhaps a token is needed); it is tried again by itself meanwhile. */
  refused(): void
}

export interface Stream {
  /** Sequence number up to which everything has come. */
  readonly head: Seq
  /** Looks at once whether the connection still lives: the machine has slept, or the network has changed. */
  check(): void
  close(): void
}

/** The gateway sends a cursor every 15 s of quiet; twice that and a little without a word, and the line is dead. */
const silenceMaxMs: Millis = 40_000
/** After sleep one missed cursor is enough to be suspicious. */
const suspiciousSilenceMs: Millis = 17_000
/** A connection attempt is given this long before another is worth trying. */
const attemptMs: Millis = 2000
const watchEveryMs: Millis = 5000

/** Readings worth replaying one by one. Further behind, a snapshot and the charts' history are quicker: a few seconds' work. */
const replayMax = 20_000

const backOffLeastMs: Millis = 1000
const backOffMostMs: Millis = 15_000

/**
 * Follows the gateway's log with one EventSource, for ever. The browser resumes by itself after most failures (HTML
 * §9.2.3); this takes care of the others: an EventSource closed for good by an error status, a connection that died
 * without a word, and an absence so long that replaying it would take longer than starting afresh.
 */
export function followStream(url: string, listener: StreamListener): Stream {
  let source: EventSource | undefined
  let state: StreamState = 'connecting'
  let position: string | undefined
  /** Head of the log when this connection began: caught up once it is reached. */
  let target: Seq = 0
  let awaitsCursor = true
  let lastWord = Date.now()
  let openedAt = 0
  let backOffMs = backOffLeastMs
  let retry: ReturnType<typeof setTimeout> | undefined
  const watch = setInterval(() => {
    if (Date.now() - lastWord > silenceMaxMs) reopen()
  }, watchEveryMs)

  open()

  function open(): void {
    clearTimeout(retry)
    openedAt = Date.now()
    lastWord = openedAt
    awaitsCursor = true
    const opened = new EventSource(position === undefined ? url : `${url}?after=${encodeURIComponent(position)}`)
    source = opened
    /** What a connection that was given up still has in hand is not wanted: its place has changed. */
    const on = (type: string, handle: (event: MessageEvent) => void) => {
      opened.addEventListener(type, (event) => {
        if (opened !== source) return
        lastWord = Date.now()
        handle(event as MessageEvent)
      })
    }
    on('open', () => {
      awaitsCursor = true
    })
    on('message', (event) => {
      const reading = parseReading(JSON.parse(event.data))
      advance(event, reading.seq)
      listener.reading(reading)
    })
    on('cursor', (event) => onCursor(event, JSON.parse(event.data)))
    on('gap', (event) => {
      const gap = JSON.parse(event.data) as WireGap
      advance(event, gap.to)
      if (gap.reason === 'retention') listener.gap(gap)
      else startAfresh()
    })
    on('device', (event) => listener.device(JSON.parse(event.data)))
    on('error', onError)
  }

  function onCursor(event: MessageEvent, cursor: WireCursor): void {
    const begins = awaitsCursor
    const resumes = position !== undefined
    awaitsCursor = false
    if (begins) {
      backOffMs = backOffLeastMs
      target = cursor.head
      if (resumes && cursor.head - seqOf(event.lastEventId) > replayMax) {
        startAfresh()
        return
      }
      setState('catching-up')
    }
    advance(event, seqOf(event.lastEventId))
    if (!begins) return
    if (resumes) listener.resumed()
    else listener.fresh()
  }

  function advance(event: MessageEvent, seq: Seq): void {
    if (event.lastEventId) position = event.lastEventId
    if (state !== 'live' && !awaitsCursor && seq >= target) setState('live')
  }

  function onError(): void {
    setState(position === undefined ? 'connecting' : 'reconnecting')
    if (source?.readyState !== EventSource.CLOSED) return
    listener.refused()
    clearTimeout(retry)
    retry = setTimeout(reopen, backOffMs * (0.5 + Math.random()))
    backOffMs = Math.min(backOffMs * 2, backOffMostMs)
  }

  /** Nothing that is known can be relied on: it lies too far back, or is of another log. */
  function startAfresh(): void {
    position = undefined
    reopen()
  }

  function reopen(): void {
    source?.close()
    setState(position === undefined ? 'connecting' : 'reconnecting')
    open()
  }

  function setState(next: StreamState): void {
    if (next === state) return
    state = next
    listener.state(next)
  }

  return {
    get head() {
      return seqOf(position ?? '')
    },
    check() {
      const now = Date.now()
      // All tabs ask at once when the network is back; one attempt is enough.
      if (now - openedAt < attemptMs && source?.readyState !== EventSource.CLOSED) return
      if (source?.readyState !== EventSource.OPEN || now - lastWord > suspiciousSilenceMs) reopen()
    },
    close() {
      clearInterval(watch)
      clearTimeout(retry)
      source?.close()
      source = undefined
    },
  }
}
