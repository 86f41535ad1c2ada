import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Bulletin, createHub, type Hub, type TabWord } from '../../web/hub.ts'
import type { StreamListener } from '../../web/stream.ts'

const reading = (seq: number) => ({ seq, time: seq, device: 'd:1', metric: 'm', unit: null, value: seq })

let hub: Hub
let listener: StreamListener
let streams: { head: number; checks: number; closed: boolean }[]

beforeEach(() => {
  vi.useFakeTimers()
  streams = []
  hub = createHub((given) => {
    listener = given
    const stream = { head: 0, checks: 0, closed: false }
    streams.push(stream)
    return {
      get head() {
        return stream.head
      },
      check: () => stream.checks++,
      close() {
        stream.closed = true
      },
    }
  })
})

afterEach(() => {
  vi.useRealTimers()
})

it('follows one stream for all tabs, and tells each the same', () => {
  const tabs = [openTab(), openTab(), openTab()]
  listener.fresh()
  listener.reading(reading(1))
  listener.reading(reading(2))
  vi.advanceTimersByTime(100)
  expect(streams).toHaveLength(1)
  for (const tab of tabs) expect(tab.heard).toEqual(['state', 'fresh', 'reading 1', 'reading 2'])
})

it('lets a tab that comes later begin from where it came', () => {
  openTab()
  listener.fresh()
  listener.reading(reading(1))
  const late = openTab()
  listener.reading(reading(2))
  vi.advanceTimersByTime(100)
  expect(late.heard).toEqual(['state', 'fresh', 'reading 2'])
})

it('ends the stream with the last tab, and begins another with the next', () => {
  const [first, second] = [openTab(), openTab()]
  first.say('bye')
  expect(streams[0]!.closed).toBe(false)
  second.say('bye')
  expect(streams[0]!.closed).toBe(true)
  const third = openTab()
  expect(streams).toHaveLength(2)
  expect(third.heard).toEqual(['state'])
})

it('stops talking to a tab that froze, and takes it back afresh', () => {
  const [awake, frozen] = [openTab(), openTab()]
  listener.fresh()
  for (let minute = 0; minute < 5; minute++) {
    vi.advanceTimersByTime(60_000)
    awake.say('here')
    listener.reading(reading(minute))
  }
  vi.advanceTimersByTime(100)
  expect(awake.heard.at(-1)).toBe('reading 4')
  expect(frozen.heard.at(-1)).toBe('reading 1')
  frozen.say('here')
  expect(frozen.heard.slice(-2)).toEqual(['state', 'fresh'])
})

it('passes on the wish to check the connection', () => {
  openTab().say('check')
  expect(streams[0]!.checks).toBe(1)
})

/** A tab at the other end of a port, which delivers at once. */
function openTab(): { heard: string[]; say(word: TabWord): void } {
  const heard: string[] = []
  const port = {
    onmessage: null as ((event: { data: TabWord }) => void) | null,
    postMessage({ news }: Bulletin) {
      for (const one of news) heard.push(one.kind === 'reading' ? `reading ${one.reading.seq}` : one.kind)
    },
  }
  hub.join(port as unknown as MessagePort)
  const say = (word: TabWord) => port.onmessage!({ data: word })
  say('here')
  return { heard, say }
}
