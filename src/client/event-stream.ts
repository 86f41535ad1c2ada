import { createParser, type EventSourceMessage } from 'eventsource-parser'

/** Longest event taken, in characters; the gateway's are below 2 KB unless a device sends text. */
const eventCharsMax = 4_194_304

/** Thrown when nothing came for too long: the connection is dead although nobody said so. */
export class StalledError extends Error {
  override readonly name = 'StalledError'
}

export interface EventStreamOptions {
  /** Longest silence; the gateway sends a heartbeat every 15 s. */
  readonly stallMs: number
  onRetry(retryMs: number): void
}

/**
 * The events of a response body, as batches of those that arrived together (HTML §9.2.6). Reads on only when asked for
 * more, so that a consumer that is slow holds the sender back. Leaving the loop cancels the body.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  { stallMs, onRetry }: EventStreamOptions,
): AsyncGenerator<readonly EventSourceMessage[], void, void> {
  let events: EventSourceMessage[] = []
  let broken: Error | undefined
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onRetry,
    onError: (error) => {
      // Unknown fields are to be ignored (HTML §9.2.6); only a line without end breaks the stream.
      if (error.type === 'max-buffer-size-exceeded') broken = error
    },
    maxBufferSize: eventCharsMax,
  })
  const decoder = new TextDecoder()
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await within(stallMs, reader.read())
      if (done) return
      parser.feed(decoder.decode(value, { stream: true }))
      if (events.length > 0) {
        const batch = events
        events = []
        yield batch
      }
      if (broken) throw broken
    }
  } finally {
    // Not awaited: cancelling a dead connection may take as long as the connection is dead.
    reader.cancel().catch(() => undefined)
  }
}

/** @throws StalledError when the work takes longer; it goes on, and what becomes of it is nobody's concern any more */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new StalledError(`nothing came for ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([work, stalled])
  } finally {
    clearTimeout(timer)
  }
}
