import { EventSource } from 'eventsource'

/** One event that a viewer has seen. */
export interface Seen {
  readonly seq: number
  readonly device: string
  readonly metric: string
  readonly value: number | string | boolean
}

export interface Viewer {
  readonly readings: readonly Seen[]
  readonly gaps: readonly { readonly from: number; readonly to: number; readonly reason: string }[]
  /** Ids of the events, in the order in which they came. */
  readonly ids: readonly string[]
  close(): void
}

/** Somebody who watches a stream with an EventSource, as a browser does, and writes down all that comes. */
export function openViewer(url: string): Viewer {
  const readings: Seen[] = []
  const gaps: { from: number; to: number; reason: string }[] = []
  const ids: string[] = []
  const source = new EventSource(url)
  source.addEventListener('message', (event) => {
    readings.push(JSON.parse(event.data as string) as Seen)
    ids.push(event.lastEventId)
  })
  source.addEventListener('gap', (event) => gaps.push(JSON.parse(event.data as string) as (typeof gaps)[number]))
  return { readings, gaps, ids, close: () => source.close() }
}
