import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { type Reader, Turns } from '../../src/feed/turns.ts'
import { reading } from '../http/harness.ts'
import { MemoryLog } from '../log/memory-log.ts'

const toStop: Turns[] = []
afterEach(() => {
  for (const turns of toStop.splice(0)) turns.stop()
})

/** Streams on a clock that moves only while one of them, or input, has the event loop, and by `pauseMs` in each pause. */
function crowd(count: number, costMs: number, pauseMs = 0) {
  const log = new MemoryLog()
  const spent = { streams: 0, input: 0, idle: 0 }
  const loop = {
    now: () => spent.streams + spent.input + spent.idle,
    idle: () => spent.idle,
    pause: async () => {
      await turn()
      spent.idle += pauseMs
    },
  }
  const turns = new Turns(log, () => 0, 15_000, loop)
  toStop.push(turns)
  const readers = Array.from({ length: count }, (): Reader => {
    return { place: 0, id: null, due: null, changes: 0, sentAt: 0, closed: false, wake: null }
  })
  for (const reader of readers) void run(reader)
  return { log, spent, readers }

  async function run(reader: Reader): Promise<void> {
    while (!reader.closed) {
      await turns.next(reader)
      reader.place = log.head
      spent.streams += costMs
    }
  }
}

it('leaves input four fifths of the event loop, and streams the last one, however many there are', async () => {
  const { log, spent } = crowd(5000, 0.01)
  while (spent.input < 1000) {
    await turn()
    log.append([reading()])
    spent.input += 0.3
  }
  const share = spent.streams / (spent.streams + spent.input)
  expect(share).toBeLessThan(0.22)
  expect(share).toBeGreaterThan(0.15)
})

it('serves everybody in turn while input never ceases', async () => {
  const { log, spent, readers } = crowd(1000, 0.01)
  const behind = () => Math.max(...readers.map(({ place }) => log.head - place))
  const turnsOfOneRound = (1000 * 0.01 * 5) / 0.3
  for (let i = 0; i < 1000; i++) {
    await turn()
    log.append([reading()])
    spent.input += 0.3
    if (i > 2 * turnsOfOneRound) expect(behind()).toBeLessThan(2 * turnsOfOneRound)
  }
})

it('rests instead of going round while streams wait, and for a moment only once input has ceased', async () => {
  const { log, spent, readers } = crowd(1000, 0.01, 1)
  await turn()
  log.append([reading()])
  while (readers.some(({ place }) => place < 1)) await turn()
  // After the first slice nothing is left of 5 ms without a reading but pauses.
  expect(spent.idle).toBeGreaterThanOrEqual(4)
  expect(spent.idle).toBeLessThan(8)
})
