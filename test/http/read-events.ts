import { createParser, type EventSourceMessage } from 'eventsource-parser'

/** An open event stream whose events are collected as they come. */
export interface OpenStream {
  readonly status: number
  readonly headers: Headers
  /** All but changes of status, which come in between at no certain place. */
  readonly events: EventSourceMessage[]
  /** Changes of status. */
  readonly statuses: EventSourceMessage[]
  readonly retries: number[]
  /** Resolves when `enough` is satisfied, with all events so far; rejects when the stream ends before. */
  until(enough: (events: EventSourceMessage[]) => boolean): Promise<EventSourceMessage[]>
  /** Resolves at the end of the stream. */
  readonly ended: Promise<void>
  close(): void
}

export async function openStream(url: string, headers: Record<string, string> = {}): Promise<OpenStream> {
  const abort = new AbortController()
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: abort.signal })
  const events: EventSourceMessage[] = []
  const statuses: EventSourceMessage[] = []
  const retries: number[] = []
  let changed = () => {}
  let over = false
  const parser = createParser({
    onEvent: (event) => (event.event === 'device' ? statuses : events).push(event),
    onRetry: (ms) => retries.push(ms),
  })
  const ended = (async () => {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of response.body!) {
        parser.feed(decoder.decode(chunk, { stream: true }))
        changed()
      }
    } catch {
      // Closed by the test or cut by the server: over either way.
    }
    over = true
    changed()
  })()
  return {
    status: response.status,
    headers: response.headers,
    events,
    statuses,
    retries,
    ended,
    close: () => abort.abort(),
    until: async (enough) => {
      while (!enough(events)) {
        if (over) throw new Error(`the stream ended after ${JSON.stringify(events)}`)
        await new Promise<void>((resolve) => {
          changed = resolve
        })
      }
      return events
    },
  }
}

/** The readings among events. */
export function readingsOf(events: readonly EventSourceMessage[]) {
  return events.filter(({ event }) => event === undefined).map(({ data }) => JSON.parse(data))
}
