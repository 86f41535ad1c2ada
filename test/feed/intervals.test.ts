import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { expect, it } from 'vitest'
import { Intervals } from '../../src/feed/intervals.ts'
import { resumeAfter, type Start } from '../../src/feed/position.ts'
import type { Reading } from '../../src/reading.ts'
import { MemoryStore, reading } from '../http/harness.ts'
import fc from '../setup/properties.ts'

const everyMs = 1000

/** A stream of one event an interval over a log in memory, on a clock that the test moves. */
class Follower {
  now = 0
  readonly store: MemoryStore
  readonly deadband: number | null
  #place = 0
  #pages: Intervals

  constructor(store: MemoryStore, start: Start = { after: 0 }, deadband: number | null = null) {
    this.store = store
    this.deadband = deadband
    this.#pages = this.#open(start)
  }

  #open(start: Start): Intervals {
    this.#place = start.after
    const clock = () => this.now
    return new Intervals(this.store, everyMs, this.deadband, start, { steady: clock, wall: clock })
  }

  /** Goes on as a client that kept this id and was cut off. */
  resume(id: string): void {
    this.#pages = this.#open(resumeAfter(this.store, id))
  }

  /** The events until there is nothing to read, after so many milliseconds. */
  async events(ms = 0): Promise<EventSourceMessage[]> {
    this.now += ms
    const events: EventSourceMessage[] = []
    const parser = createParser({ onEvent: (event) => events.push(event) })
    for (;;) {
      const page = await this.#pages.read(this.#place, null)
      const rests = page.next === this.#place
      this.#place = page.next
      parser.feed(page.bytes?.toString() ?? '')
      if (rests) return events
    }
  }
}

const data = (events: readonly EventSourceMessage[]) => events.map((event) => JSON.parse(event.data))

it('tells live what each series did in an interval once that is over, the last reading with figures of all', async () => {
  const store = new MemoryStore()
  const follower = new Follower(store)
  store.append([20, 22, 24, 21].map((value) => reading({ value })))
  store.append([reading({ device: 'test:two', metric: 'window', unit: null, value: true })])
  expect(await follower.events()).toEqual([])
  expect(await follower.events(999)).toEqual([])
  const time = '2026-11-22T10:00:00.000Z'
  expect(data(await follower.events(1))).toEqual([
    {
      seq: 4,
      device: 'test:one',
      metric: 'temperature',
      value: 21,
      unit: 'Cel',
      time,
      min: 20,
      max: 24,
      mean: 21.75,
      count: 4,
    },
    { seq: 5, device: 'test:two', metric: 'window', value: true, unit: null, time, count: 1 },
  ])
  expect(await follower.events(5000)).toEqual([])
  store.append([reading({ value: 30 })])
  expect(await follower.events(400)).toEqual([])
  expect(data(await follower.events(600))).toMatchObject([{ seq: 6, min: 30, max: 30, mean: 30, count: 1 }])
})

it('takes no notice of the clocks of devices while it is live', async () => {
  const store = new MemoryStore()
  const follower = new Follower(store)
  await follower.events()
  store.append([1, 2, 3].map((value) => reading({ value, time: value * 1e9 })))
  await follower.events()
  expect(data(await follower.events(1000))).toMatchObject([{ seq: 3, count: 3 }])
})

it('thins what it catches up with by the times of readings, each series by its own clock', async () => {
  const store = new MemoryStore()
  for (let i = 0; i < 3000; i++)
    store.append([reading({ value: i, time: i * 100 }), reading({ device: 'late:1', value: i, time: i * 100 - 7e6 })])
  const follower = new Follower(store)
  const events = data([...(await follower.events()), ...(await follower.events(1000))])
  for (const device of ['test:one', 'late:1']) {
    const of = events.filter((event) => event.device === device)
    expect(of.length).toBeGreaterThanOrEqual(298)
    expect(of.length).toBeLessThanOrEqual(302)
  }
})

it('lets a retained reading of any age end no interval', async () => {
  const store = new MemoryStore()
  store.append([reading({ time: 5e9 }), reading({ time: 0, quality: 'stale' }), reading({ time: 5e9 + 10 })])
  const follower = new Follower(store)
  await follower.events()
  expect(data(await follower.events(1000))).toMatchObject([{ seq: 3, count: 3 }])
})

it('keeps figures finite where their sum would not be', async () => {
  const store = new MemoryStore()
  store.append([1.7e308, 1.7e308, -1.7e308, 0.1, 0.2].map((value) => reading({ value })))
  const follower = new Follower(store)
  await follower.events()
  const [{ min, max, mean }] = data(await follower.events(1000))
  expect([min, max]).toEqual([-1.7e308, 1.7e308])
  expect(Number.isFinite(mean)).toBe(true)
})

it('says what retention took, and goes on behind it', async () => {
  const store = new MemoryStore()
  store.append([1, 2, 3, 4].map((value) => reading({ value })))
  store.retain(3)
  const follower = new Follower(store)
  const run = store.runs[0]!.id
  expect(await follower.events()).toMatchObject([
    { event: 'gap', id: `${run}.2`, data: '{"from":1,"to":2,"reason":"retention"}' },
  ])
  expect(data(await follower.events(1000))).toMatchObject([{ seq: 4, count: 2 }])
})

it('goes on in the middle of a window that lost its beginning with what was not told', async () => {
  const store = new MemoryStore()
  store.append(['a', 'b', 'c', 'a', 'b', 'c'].map((name) => reading({ device: `d:${name}` })))
  const follower = new Follower(store)
  await follower.events()
  const [a] = await follower.events(1000)
  expect(a!.id).toMatch(/\.4-4-2$/)
  store.retain(3)
  follower.resume(a!.id!)
  const [gap, b, c] = await follower.events()
  expect(gap!.id).toMatch(/\.4-2-2$/)
  expect(data([b!, c!])).toMatchObject([
    { seq: 5, count: 1 },
    { seq: 6, count: 2 },
  ])
})

it('sends with a deadband only windows in which something moved that far', async () => {
  const store = new MemoryStore()
  const follower = new Follower(store, { after: 0 }, 0.5)
  const told: number[] = []
  for (const values of [[20, 20.4], [20.5, 20.1], [20.4, 21, 20.4], [20.3], [20.9]]) {
    store.append(values.map((value) => reading({ value })))
    await follower.events()
    told.push(...data(await follower.events(1000)).map(({ value }) => value))
  }
  expect(told).toEqual([20.4, 20.4, 20.9])
})

type Step =
  | { readonly append: readonly { readonly device: number; readonly ms: number }[] }
  | { readonly cutAfter: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    append: fc.array(fc.record({ device: fc.integer({ min: 0, max: 4 }), ms: fc.integer({ min: -300, max: 700 }) }), {
      maxLength: 60,
    }),
  }),
  fc.record({ cutAfter: fc.integer({ min: 0, max: 30 }) }),
)

it('counts every reading in exactly one event, however often and wherever the client is cut off', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), fc.nat(700), async (steps, tick) => {
      const store = new MemoryStore()
      const appended: Reading[] = []
      const follower = new Follower(store)
      let id = `${store.runs[0]!.id}.0`
      let time = 0
      let seq = 0
      const counted = new Map<string, number[]>()
      const take = (events: readonly EventSourceMessage[]) => {
        for (const event of events) {
          const { device, count, value, min, max, mean, ...rest } = JSON.parse(event.data)
          expect(rest.seq).toBeGreaterThan(seq)
          seq = rest.seq
          const before = (counted.get(device) ?? []).length
          const of = appended.filter((each) => each.device === device).slice(before, before + count)
          const values = of.map((each) => each.value as number)
          counted.set(device, [...(counted.get(device) ?? []), ...values])
          expect([value, min, max]).toEqual([values.at(-1), Math.min(...values), Math.max(...values)])
          expect(mean).toBeCloseTo(values.reduce((sum, each) => sum + each, 0) / count, 6)
          id = event.id!
        }
      }
      for (const next of steps) {
        if ('append' in next) {
          const readings = next.append.map(({ device, ms }) => {
            time += ms
            return reading({ device: `d:${device}`, value: (time * 7) % 1000, time })
          })
          appended.push(...readings)
          store.append(readings)
          take(await follower.events(tick))
        } else {
          take((await follower.events(tick)).slice(0, next.cutAfter))
          follower.resume(id)
        }
      }
      await follower.events()
      follower.resume(id)
      take(await follower.events())
      take(await follower.events(everyMs))
      take(await follower.events(everyMs))
      expect([...counted.values()].flat()).toHaveLength(appended.length)
    }),
    { numRuns: 200 },
  )
})
