import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { SeriesFilter, TimeRange } from '../../src/log/log.ts'
import { openStore } from '../../src/log/open-store.ts'
import type { SqliteStore } from '../../src/log/sqlite-store.ts'
import type { LoggedReading, Reading } from '../../src/reading.ts'
import fc from '../setup/properties.ts'
import { expectBlocksAreRight } from './block-check.ts'
import { MemoryLog } from './memory-log.ts'
import { devices, reading } from './sample.ts'

/** What is done to both logs; shares are of the log's length. */
type Step =
  | { readonly do: 'append'; readonly count: number; readonly devices: number[]; readonly time: number }
  | {
      readonly do: 'read'
      readonly after: number
      readonly devices: number[]
      readonly limit: number
      readonly time: number
    }
  | { readonly do: 'seek'; readonly time: number }
  | { readonly do: 'seekLast'; readonly count: number; readonly devices: number[] }
  | { readonly do: 'retain'; readonly share: number }
  | { readonly do: 'commit' | 'restart' | 'latest' }

const someDevices = fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 5 })
const share = fc.double({ min: 0, max: 1, noNaN: true })
const time = fc.integer({ min: 0, max: 100_000 })
const append = fc.record({
  do: fc.constant('append' as const),
  count: fc.integer({ min: 1, max: 6000 }),
  devices: someDevices,
  time,
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: append },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      after: share,
      devices: someDevices,
      limit: fc.constantFrom(1, 50, 3000, 100_000),
      time,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('seek' as const), time }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('seekLast' as const),
      count: fc.constantFrom(1, 2, 100, 5000),
      devices: someDevices,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retain' as const), share }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('commit' as const, 'restart' as const, 'latest' as const) }),
  },
)

it('says what the log in memory says, whatever was done to both', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(2, 5000, 65_536),
      fc.array(step, { minLength: 5, maxLength: 30 }),
      async (ringReadings, steps) => {
        const folder = await mkdtemp(join(tmpdir(), 'rivulet-log-'))
        const open = () => openStore({ folder, ringReadings, commit: { ageMs: 5 } })
        const model = new MemoryLog()
        let store = await open()
        try {
          for (const one of steps) {
            if (one.do !== 'restart') await take(one, model, store)
            else {
              await store.close()
              store = await open()
            }
            expect(store).toMatchObject({ head: model.head, floor: model.floor })
          }
        } finally {
          await store.close()
          expectBlocksAreRight(join(folder, 'rivulet.db'))
          await rm(folder, { recursive: true })
        }
      },
    ),
    { numRuns: 10 },
  )
}, 60_000)

it('says so too for filters that want hundreds of series', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-log-'))
  const store = await openStore({ folder, ringReadings: 2 })
  const model = new MemoryLog()
  const append = async (of: number[]) => {
    const batch = readingsOf({ do: 'append', count: 5000, devices: of, time: 1000 }, model.head)
    model.append(batch)
    await store.durable(store.append(batch))
  }
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i)
  await append(upTo(1000))
  await append([1001, 1002])
  await append(upTo(300))
  await append(upTo(1000))
  for (const wanted of [upTo(300), upTo(257), upTo(1001), [...upTo(256), 1001], [...upTo(999), 1001, 1002]])
    for (const limit of [1, 700, 100_000])
      await comparePages({ do: 'read', after: 0.1, devices: wanted, limit, time: 2000 }, model, store)
  await store.close()
  await rm(folder, { recursive: true })
})

async function take(one: Step, model: MemoryLog, store: SqliteStore): Promise<void> {
  switch (one.do) {
    case 'append': {
      const batch = readingsOf(one, model.head)
      expect(store.append(batch)).toBe(model.append(batch))
      return
    }
    case 'read':
      return comparePages(one, model, store)
    case 'seek':
      expect(await store.seek(one.time)).toBe(await model.seek(one.time))
      return
    case 'seekLast': {
      const filter = filterOf(one)
      expect(await store.seekLast(one.count, filter)).toBe(await model.seekLast(one.count, filter))
      expect(await store.seekLast(one.count, null)).toBe(await model.seekLast(one.count, null))
      return
    }
    case 'retain': {
      const floor = model.floor + Math.round(one.share * (model.head + 1 - model.floor))
      store.commitSoon()
      await store.durable(store.head)
      await store.dropBelow(floor)
      model.retain(floor)
      return
    }
    case 'commit':
      store.commitSoon()
      return store.durable(store.head)
    case 'latest':
      return compareLatest(model, store)
  }
}

/** Pages may end elsewhere, but each must hold what the model has between its ends, and lead on. */
async function comparePages(one: Step & { do: 'read' }, model: MemoryLog, store: SqliteStore): Promise<void> {
  const times = { from: one.time, to: one.time + 3000 }
  const filter = filterOf(one)
  for (const what of [{ filter }, {}, { times }, { filter, times }]) {
    const all = await everything(model, what)
    let after = Math.round(one.after * model.head)
    for (let pages = 0; after < model.head && pages < 20; pages++) {
      const page = await store.read(after, what.filter ?? null, one.limit, what.times)
      expect(page.readings).toEqual(all.filter(({ seq }) => seq > after && seq <= page.next))
      expect(page.readings.length).toBeLessThanOrEqual(one.limit)
      expect(page.next).toBeGreaterThan(after)
      expect(page.lost).toEqual(after + 1 < model.floor ? { from: after + 1, to: model.floor - 1 } : undefined)
      after = page.next
    }
  }
}

async function everything(model: MemoryLog, { filter, times }: { filter?: SeriesFilter; times?: TimeRange } = {}) {
  const found: LoggedReading[] = []
  for (let at = 0; at < model.head; ) {
    const page = await model.read(at, filter ?? null, Number.POSITIVE_INFINITY, times)
    found.push(...page.readings)
    at = page.next
  }
  return found
}

async function compareLatest(model: MemoryLog, store: SqliteStore): Promise<void> {
  const newest = new Map<string, LoggedReading>()
  for (const one of await everything(model)) newest.set(one.device, one)
  const bySeq = (a: LoggedReading, b: LoggedReading) => a.seq - b.seq
  expect([...(await store.latest())].sort(bySeq)).toEqual([...newest.values()].sort(bySeq))
}

function filterOf(one: { readonly devices: number[] }) {
  return devices(...one.devices.map((n) => `test:${n}`))
}

function readingsOf(one: Step & { do: 'append' }, head: number): Reading[] {
  return Array.from({ length: one.count }, (_, i) => {
    const n = head + i
    const device = `test:${one.devices[n % one.devices.length]}`
    return reading({
      device,
      time: one.time + i,
      value: n % 9 === 0 ? `text ${n}` : n % 11 === 0 ? n % 2 === 0 : n / 8,
    })
  })
}
