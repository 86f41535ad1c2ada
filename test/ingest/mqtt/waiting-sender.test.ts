import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { WaitingSender } from '../../../src/ingest/mqtt/waiting-sender.ts'
import { GroupCommit } from '../../../src/log/group-commit.ts'
import fc from '../../setup/properties.ts'

const seconds = 60
const commitMs = 10

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

it.each([1, 2, 5, 9])(
  'lets a sender that stands still with %i open messages have that many ten times a second',
  async (window) => {
    const log = new Log()
    const send = () => {
      for (let i = 0; i < window; i++) log.take()
    }
    log.released = () => setTimeout(send, 20)
    send()
    const taken = await run(log)
    expect(taken / seconds).toBeGreaterThan(9 * window)
    expect(log.commits / seconds).toBeLessThanOrEqual(10)
  },
)

it('leaves a sender alone that takes its time', async () => {
  const log = new Log()
  log.released = () => setTimeout(() => log.take(), 200)
  log.take()
  await run(log)
  expect(log.asked).toBe(0)
})

it('commits for a trickle no more often than once a second, whatever its period and jitter', async () => {
  const period = fc.oneof(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1000, max: 1100 }))
  await fc.assert(
    fc.asyncProperty(period, fc.integer({ min: 0, max: 60 }), async (everyMs, jitterMs) => {
      const log = new Log()
      const began = performance.now()
      let count = 0
      const send = () => {
        log.take()
        count++
        const jitter = (count * 7919) % (jitterMs + 1)
        setTimeout(send, Math.max(1, began + count * everyMs + jitter - performance.now()))
      }
      send()
      await run(log)
      // One that falls into step with the commits is taken for a waiting one a few times: after 3, 6, 12 … messages.
      expect(log.asked).toBeLessThanOrEqual(4)
      expect(log.commits).toBeLessThanOrEqual(seconds + 5)
    }),
    { numRuns: 30 },
  )
})

/** One connection in front of a log that commits as ours does. */
class Log {
  released: () => void = () => {}
  taken = 0
  commits = 0
  asked = 0
  readonly #sender = new WaitingSender()
  readonly #commit = new GroupCommit({ ageMs: 1000, full: () => false, write: () => this.#write() })
  #open = 0

  take(): void {
    this.taken++
    this.#open++
    this.#commit.add(1)
    if (!this.#sender.arrived(performance.now(), this.#open)) return
    this.asked++
    this.#commit.shortly()
  }

  close(): void {
    this.#commit.close(new Error('closed'))
  }

  async #write(): Promise<void> {
    const count = this.#open
    this.commits++
    await new Promise((resolve) => setTimeout(resolve, commitMs))
    this.#open -= count
    this.#sender.released(performance.now(), count)
    this.released()
  }
}

async function run(log: Log): Promise<number> {
  await vi.advanceTimersByTimeAsync(seconds * 1000)
  log.close()
  vi.clearAllTimers()
  return log.taken
}
