import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { expect, it } from 'vitest'
import type { Tags } from '../../src/feed/device.ts'
import { compileFilter, type StreamFilter, type TagSource } from '../../src/feed/filter.ts'
import type { PageSource } from '../../src/feed/pages.ts'
import { resumeAfter, type Start } from '../../src/feed/position.ts'
import { type Thinning, thinned } from '../../src/feed/thinning.ts'
import type { LoggedReading } from '../../src/reading.ts'
import { MemoryStore, reading } from '../http/harness.ts'
import fc from '../setup/properties.ts'

/** What becomes of readings that are thinned in every way at once, while tags change and the client is cut off. */

const width = 5
/** Devices that are tagged all the time, as it comes, and never. */
const [always, changing, never] = [['d:0', 'd:1', 'd:2'], ['d:3', 'd:4'], 'd:5']

type Step =
  | { readonly append: readonly { readonly device: number; readonly ms: number; readonly value: number }[] }
  /** A device gets its tag, or loses it. */
  | { readonly toggle: number }
  /** The client takes so many events, and is cut off. */
  | { readonly cutAfter: number }
  /** The client is told where the stream stands, as it is in times of quiet, and is cut off. */
  | { readonly cutAtCursor: true }

const appended = fc.record({
  device: fc.integer({ min: 0, max: 5 }),
  ms: fc.integer({ min: -300, max: 700 }),
  value: fc.integer({ min: 0, max: 20 }),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ append: fc.array(appended, { maxLength: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ toggle: fc.integer({ min: 3, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ cutAfter: fc.integer({ min: 0, max: 30 }) }) },
  { weight: 1, arbitrary: fc.constant({ cutAtCursor: true as const }) },
)

interface Told {
  readonly seq: number
  readonly device: string
  readonly value: number
  readonly count?: number
  readonly min?: number
  readonly max?: number
  readonly mean?: number
}

/** A gateway, and a client that comes back with its last id. */
class World implements TagSource {
  readonly store = new MemoryStore()
  readonly told: Told[] = []
  readonly tagged = new Set([...always, ...changing])
  tagRevision = 0
  readonly #thinning: Thinning
  readonly #filter: StreamFilter | null
  #now = 0
  #time = 0
  #id: string
  #place = 0
  #pages: PageSource

  constructor(thinning: Thinning) {
    this.#thinning = thinning
    const choice = { devices: [], metrics: [], channels: [], tags: new Map([['lit', ['*']]]) }
    this.#filter = compileFilter(choice, ['*'], this)
    this.#id = `${this.store.runs[0]!.id}.0`
    this.#pages = this.#open({ after: 0 })
  }

  tagsOf(device: string): Tags {
    return this.tagged.has(device) ? { lit: true } : {}
  }

  #open(start: Start): PageSource {
    this.#place = start.after
    const clock = () => this.#now
    return thinned(this.store, this.#thinning, start, { steady: clock, wall: clock })!
  }

  async play(next: Step, tick: number): Promise<void> {
    this.#now += tick
    if ('append' in next)
      this.store.append(
        next.append.map(({ device, ms, value }) => {
          this.#time += ms
          return reading({ device: `d:${device}`, value, time: this.#time })
        }),
      )
    if ('toggle' in next) {
      const device = `d:${next.toggle}`
      if (!this.tagged.delete(device)) this.tagged.add(device)
      this.tagRevision++
    }
    await this.read('cutAfter' in next ? next.cutAfter : Number.POSITIVE_INFINITY, 'cutAtCursor' in next)
    if ('cutAfter' in next || 'cutAtCursor' in next) this.#pages = this.#open(resumeAfter(this.store, this.#id))
  }

  /** Takes events until there is nothing to read, so many at most. */
  async read(most = Number.POSITIVE_INFINITY, andCursor = false): Promise<void> {
    const events: EventSourceMessage[] = []
    const parser = createParser({ onEvent: (event) => events.push(event) })
    for (;;) {
      const page = await this.#pages.read(this.#place, this.#filter)
      parser.feed(page.bytes?.toString() ?? '')
      const rests = page.next === this.#place
      this.#place = page.next
      if (!rests) continue
      for (const { id, data } of events.slice(0, most)) {
        this.#id = id!
        this.told.push(JSON.parse(data))
      }
      if (andCursor) this.#id = page.id ?? `${this.store.runs[0]!.id}.${page.next}`
      return
    }
  }

  async finish(): Promise<void> {
    for (let interval = 0; interval < 4; interval++) {
      this.#now += 1000
      await this.read()
    }
  }

  async stored(device: string): Promise<LoggedReading[]> {
    const { readings } = await this.store.read(0, null, Number.POSITIVE_INFINITY)
    return readings.filter((each) => each.device === device)
  }
}

/** Every event is what its readings were, and no reading is in two of them. Gives the readings that are in none. */
function untold(told: readonly Told[], stored: readonly LoggedReading[]): LoggedReading[] {
  const left = [...stored]
  for (const { seq, value, count = 1, min, max, mean } of told) {
    const end = left.findIndex((each) => each.seq === seq) + 1
    expect(end, `reading ${seq} is told twice, or never was`).toBeGreaterThan(0)
    const values = left.splice(Math.max(0, end - count), count).map((each) => each.value as number)
    expect(values).toHaveLength(count)
    expect(value).toBe(values.at(-1))
    if (min === undefined) continue
    expect([min, max]).toEqual([Math.min(...values), Math.max(...values)])
    expect(mean).toBeCloseTo(values.reduce((sum, each) => sum + each, 0) / count, 6)
  }
  return left
}

it.each<[string, Thinning]>([
  ['every', { everyMs: 1000 }],
  ['deadband', { deadband: width }],
  ['every and deadband', { everyMs: 1000, deadband: width }],
])('tells each reading once or, within the deadband, not at all: %s', async (_, thinning) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), fc.nat(700), async (steps, tick) => {
      const world = new World(thinning)
      for (const next of steps) await world.play(next, tick)
      await world.finish()
      const { told } = world
      for (const [index, { seq }] of told.entries()) expect(seq).toBeGreaterThan(told[index - 1]?.seq ?? 0)
      const of = (device: string) => told.filter((each) => each.device === device)
      expect(of(never)).toEqual([])
      for (const device of changing) {
        const counted = of(device).reduce((sum, { count = 1 }) => sum + count, 0)
        expect(counted).toBeLessThanOrEqual((await world.stored(device)).length)
      }
      for (const device of always) {
        const left = untold(of(device), await world.stored(device))
        if (thinning.deadband === undefined) expect(left).toEqual([])
        for (const { seq, value } of left) {
          const known = of(device).findLast((each) => each.seq < seq)!
          expect(Math.abs((value as number) - known.value), `reading ${seq}`).toBeLessThan(width)
        }
      }
    }),
    { numRuns: 200 },
  )
})
