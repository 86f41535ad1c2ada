import type { LoggedReading, Millis, Seq } from '../src/reading.ts'
import type { Stream, StreamListener, StreamState } from './stream.ts'
import type { WireDeviceChange, WireGap } from './wire.ts'

/** What the worker that holds the stream tells a tab. */
export type News =
  | { readonly kind: 'fresh' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'reading'; readonly reading: LoggedReading }
  | { readonly kind: 'gap'; readonly gap: WireGap }
  | { readonly kind: 'device'; readonly change: WireDeviceChange }
  | { readonly kind: 'state'; readonly state: StreamState }
  | { readonly kind: 'refused' }

/** News in order, and how far the stream has come with them. */
export interface Bulletin {
  readonly news: readonly News[]
  readonly head: Seq
}

/** What a tab tells the worker: that it is there (to be repeated), that it leaves, or to check the connection. */
export type TabWord = 'here' | 'bye' | 'check'

/** How often a tab says that it is there. Browsers slow the timers of hidden tabs down to one a minute. */
export const hereEveryMs: Millis = 20_000

/** A tab that was silent for this long is gone, or frozen: its news would pile up in the browser's memory. */
const silentTabMs: Millis = 150_000

/** News are handed over together: at a thousand readings a second a message each would cost more than what it says. */
const bulletinEveryMs: Millis = 30

export interface Hub {
  join(port: MessagePort): void
}

/**
 * One stream for many tabs: browsers open at most six connections to an HTTP/1.1 origin, so the seventh tab with a stream
 * of its own would hang. The stream begins with the first tab and ends with the last.
 */
export function createHub(follow: (listener: StreamListener) => Stream): Hub {
  const tabs = new Map<MessagePort, { heardAt: Millis }>()
  let stream: Stream | undefined
  let state: StreamState = 'connecting'
  let hasBegun = false
  let waiting: News[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const listener: StreamListener = {
    fresh() {
      hasBegun = true
      tell({ kind: 'fresh' })
    },
    resumed: () => tell({ kind: 'resumed' }),
    reading: (reading) => tell({ kind: 'reading', reading }),
    gap: (gap) => tell({ kind: 'gap', gap }),
    device: (change) => tell({ kind: 'device', change }),
    state(next) {
      state = next
      tell({ kind: 'state', state })
    },
    refused: () => tell({ kind: 'refused' }),
  }

  function tell(news: News): void {
    waiting.push(news)
    timer ??= setTimeout(publish, bulletinEveryMs)
  }

  function publish(): void {
    clearTimeout(timer)
    timer = undefined
    const bulletin: Bulletin = { news: waiting, head: stream?.head ?? 0 }
    waiting = []
    const now = Date.now()
    for (const [port, { heardAt }] of tabs) {
      if (now - heardAt > silentTabMs) tabs.delete(port)
      else port.postMessage(bulletin)
    }
    closeIfAlone()
  }

  /** Whatever is said from now on reaches the new tab: it may take its snapshot. */
  function welcome(port: MessagePort): void {
    if (waiting.length > 0) publish()
    tabs.set(port, { heardAt: Date.now() })
    stream ??= follow(listener)
    const news: News[] = [{ kind: 'state', state }]
    if (hasBegun) news.push({ kind: 'fresh' })
    port.postMessage({ news, head: stream.head } satisfies Bulletin)
  }

  function closeIfAlone(): void {
    if (tabs.size > 0) return
    stream?.close()
    stream = undefined
    hasBegun = false
    state = 'connecting'
    waiting = []
    clearTimeout(timer)
    timer = undefined
  }

  return {
    join(port) {
      port.onmessage = ({ data }: MessageEvent<TabWord>) => {
        const tab = tabs.get(port)
        if (data === 'bye') {
          tabs.delete(port)
          closeIfAlone()
        } else if (!tab) welcome(port)
        else {
          tab.heardAt = Date.now()
          if (data === 'check') stream?.check()
        }
      }
    },
  }
}
