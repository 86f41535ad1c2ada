import type { Millis, Seq } from '../src/reading.ts'
import { type Bulletin, hereEveryMs, type News, type TabWord } from './hub.ts'
import { followStream, type Stream, type StreamListener } from './stream.ts'

/** A worker that has not answered by then does not run; the tab then follows the stream by itself. */
const answerMaxMs: Millis = 4000

/**
 * Follows the stream through a worker that all tabs of this gateway share; by itself where the browser has no shared
 * workers or the worker does not start.
 */
export function followSharedStream(listener: StreamListener): Stream {
  if (typeof SharedWorker === 'undefined') return followStream('/api/stream', listener)
  let alone: Stream | undefined
  let head: Seq = 0
  const worker = new SharedWorker(new URL('./stream.worker.ts', import.meta.url), { type: 'module', name: 'rivulet' })
  const { port } = worker
  const say = (word: TabWord) => port.postMessage(word)
  const giveUp = setTimeout(goAlone, answerMaxMs)
  const here = setInterval(() => say('here'), hereEveryMs)
  worker.onerror = goAlone
  port.onmessage = ({ data }: MessageEvent<Bulletin>) => {
    clearTimeout(giveUp)
    if (alone) return
    head = data.head
    for (const news of data.news) hand(news, listener)
  }
  // A page that is kept for the back button is frozen: its news would pile up. It joins again when it is shown again.
  addEventListener('pagehide', () => say('bye'))
  addEventListener('pageshow', () => alone || say('here'))
  say('here')

  function goAlone(): void {
    if (alone) return
    clearTimeout(giveUp)
    clearInterval(here)
    say('bye')
    alone = followStream('/api/stream', listener)
  }

  return {
    get head() {
      return alone ? alone.head : head
    },
    check() {
      if (alone) alone.check()
      else say('check')
    },
    close() {
      clearTimeout(giveUp)
      clearInterval(here)
      say('bye')
      alone?.close()
    },
  }
}

function hand(news: News, listener: StreamListener): void {
  switch (news.kind) {
    case 'fresh':
      listener.fresh()
      break
    case 'resumed':
      listener.resumed()
      break
    case 'reading':
      listener.reading(news.reading)
      break
    case 'gap':
      listener.gap(news.gap)
      break
    case 'device':
      listener.device(news.change)
      break
    case 'state':
      listener.state(news.state)
      break
    case 'refused':
      listener.refused()
      break
  }
}
