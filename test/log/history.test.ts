import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import type { SqliteStore } from '../../src/log/sqlite-store.ts'
import type { SeriesHistory } from '../../src/log/store.ts'
import type { Millis, Reading } from '../../src/reading.ts'
import fc from '../setup/properties.ts'
import { devices, reading } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** 2026-01-05T00:00Z. */
const start = Date.UTC(2026, 0, 5)

interface Told {
  readonly time: Millis
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly count: number
}

const share = fc.double({ min: 0, max: 1, noNaN: true })
// Plus 0: a rollup does not tell -0 from it.
const value = fc.oneof(
  fc.integer({ min: -300, max: 900 }).map((n) => n / 10),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((n) => n + 0),
  fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
)
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      count: fc.integer({ min: 1, max: 400 }),
      /** Of one reading after the other: less than a minute up to an hour. */
      every: fc.constantFrom(900, 20_000, 7 * minute, hour),
      /** Back from the present: late readings. */
      late: fc.constantFrom(0, 0, 0, hour, 3 * day),
      values: fc.array(value, { minLength: 1, maxLength: 9 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      from: share,
      to: share,
      points: fc.constantFrom(1, 24, 500, 2000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('roll' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
)

it('agrees with the readings on mean, min, max and count of any range, whatever was late or restarted', async () => {
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 20 }), async (steps) => {
      let now = start
      const folder = `${place.folder}/${round++}`
      const open = () => place.open({ folder, clock: () => now, steady: () => now, ringReadings: 65_536 })
      const given: Reading[] = []
      let store = await open()
      for (const one of steps) {
        if (one.do === 'append') {
          const batch = Array.from({ length: one.count }, (_, i) =>
            reading({
              device: `test:${i % 3}`,
              time: now - one.late + i * one.every,
              value: one.values[i % one.values.length]!,
            }),
          )
          given.push(...batch)
          store.append(batch)
          if (one.late === 0) now += one.count * one.every
        } else if (one.do === 'roll') await store.retain()
        else if (one.do === 'restart') {
          await store.close()
          store = await open()
        } else if (one.do === 'ask') {
          const [from, to] = [one.from, one.to]
            .sort((a, b) => a - b)
            .map((s) => start - 4 * day + s * (now + 5 * day - start)) as [number, number]
          await compare(store, given, from, to + 1, one.points)
        }
      }
      await compare(store, given, start - 5 * day, now + day, 3000)
      await compare(store, given, start - 5 * day, now + day, 50)
      await store.close()
    }),
    { numRuns: 10 },
  )
}, 60_000)

async function compare(store: SqliteStore, given: readonly Reading[], from: Millis, to: Millis, points: number) {
  store.commitSoon()
  await store.durable(store.head)
  for (const device of ['test:0', 'test:1', 'test:2']) {
    const filter = devices(device)
    const [found] = await store.history({ filter, times: { from, to }, points })
    if (!found) continue
    const { resolution } = found
    const told = bucketsOf(found)
    const [first, end] = [Math.floor(from / resolution) * resolution, Math.ceil(to / resolution) * resolution]
    expect((end - first) / resolution).toBeLessThanOrEqual(points + 2)
    const expected = summed(
      given.filter((one) => one.device === device && one.time >= first && one.time < end),
      resolution,
    )
    expect(told.map(({ mean, ...rest }) => rest)).toEqual(expected.map(({ mean, ...rest }) => rest))
    for (const [i, { mean }] of told.entries()) {
      const { min, max } = expected[i]!
      const scale = Math.max(Math.abs(min), Math.abs(max), Number.MIN_VALUE)
      expect(Math.abs(mean - expected[i]!.mean)).toBeLessThanOrEqual(scale * 1e-9)
    }
  }
}

function summed(given: readonly Reading[], resolution: Millis): Told[] {
  const buckets = new Map<number, number[]>()
  for (const { time, value } of given) {
    const at = Math.floor(time / resolution) * resolution
    buckets.set(at, [...(buckets.get(at) ?? []), value as number])
  }
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([time, values]) => ({
      time,
      min: Math.min(...values),
      max: Math.max(...values),
      mean: values.reduce((sum, one) => sum + one, 0) / values.length,
      count: values.length,
    }))
}

function bucketsOf({ buckets }: SeriesHistory): Told[] {
  const told: Told[] = []
  for (let i = 0; i < buckets!.length; i += 5) {
    const [time, min, max, mean, count] = buckets!.subarray(i, i + 5)
    told.push({ time: time!, min: min!, max: max!, mean: mean!, count: count! })
  }
  return told
}

it('outlives the readings themselves, and drops minutes before hours', async () => {
  let now = start
  const keep = { ageMs: day, minutesMs: 10 * day, hoursMs: 100 * day, bytes: 1e9 }
  const store = await place.open({ clock: () => now, steady: () => now, keep })
  const readings = Array.from({ length: 48 }, (_, i) => reading({ time: now + i * 10 * minute, value: i % 7 }))
  await store.durable(store.append(readings))
  const ask = async (points: number) => {
    const [found] = await store.history({ filter: null, times: { from: start, to: start + day }, points })
    return found && { ...found, told: bucketsOf(found) }
  }
  expect(await ask(2000)).toMatchObject({ resolution: minute, told: { length: 48 } })

  now += 2 * day
  await store.durable(store.append([reading({ time: now, value: 1 })]))
  await store.retain()
  // Both lie in one block, which is as young as its youngest reading.
  await store.dropBelow(49)
  expect(store.floor).toBe(49)
  expect(await ask(20_000)).toMatchObject({ resolution: minute, told: { length: 48 } })
  const hours = summed(readings, hour)
  expect(await ask(24)).toMatchObject({ resolution: hour, told: hours })

  now += 12 * day
  await store.durable(store.append([reading({ time: now, value: 1 })]))
  await store.retain()
  expect(await ask(2000)).toMatchObject({ resolution: hour, told: hours })
  // A reading of that time corrects the hours, though their minutes are gone.
  await store.durable(store.append([reading({ time: start, value: 100 })]))
  now += hour
  await store.retain()
  const [first, ...rest] = (await ask(2000))!.told
  expect(first).toMatchObject({ max: 100, count: 7 })
  expect(rest).toEqual(hours.slice(1))

  now += 100 * day
  await store.retain()
  expect(await ask(2000)).toMatchObject({ told: [] })
})

it('sums up what retention is about to take, however short it keeps', async () => {
  let now = start
  const store = await place.open({ clock: () => now, steady: () => now, keep: { ageMs: minute } })
  const readings = Array.from({ length: 600 }, (_, i) => reading({ time: now + i * 1000, value: i }))
  await store.durable(store.append(readings))
  now += 12 * minute
  await store.durable(store.append([reading({ time: now, value: 7 })]))
  now += 2 * minute
  await store.retain()
  expect(store.floor).toBe(602)
  const [found] = await store.history({ filter: null, times: { from: start, to: now }, points: 100 })
  expect(bucketsOf(found!)).toEqual(summed([...readings, reading({ time: start + 12 * minute, value: 7 })], minute))
})

it('tells the changes of switches and words', async () => {
  const store = await place.open()
  const at = (second: number) => start + second * 1000
  const given: Reading[] = [
    ...[0, 1, 2].map((second) => reading({ metric: 'state', unit: null, value: 'idle', time: at(second) })),
    reading({ metric: 'state', unit: null, value: 'washing', time: at(3) }),
    ...[10, 20, 30].map((second) => reading({ metric: 'open', unit: null, value: second === 20, time: at(second) })),
  ]
  await store.durable(store.append(given))
  const changes = async (to: Millis, points: number) =>
    (await store.history({ filter: null, times: { from: start, to }, points })).map(({ changes }) => changes)
  expect(await changes(at(60), 60)).toEqual([
    [
      { time: at(0), value: 'idle' },
      { time: at(3), value: 'washing' },
    ],
    [
      { time: at(10), value: false },
      { time: at(20), value: true },
      { time: at(30), value: false },
    ],
  ])
  // A short pulse is still seen in a year.
  expect((await changes(start + 364 * day, 400))[1]!.map(({ value }) => value)).toEqual([false, true, false])
})

it('tells what switches and words were when the range began', async () => {
  const store = await place.open()
  const switched = (hours: number, value: boolean) =>
    reading({ metric: 'open', unit: null, value, time: start + hours * hour })
  await store.durable(
    store.append([
      switched(0, false),
      reading({ metric: 'state', unit: null, value: 'idle', time: start, quality: 'stale' }),
      switched(1, true),
      // Enough for blocks of the index, so that the look back has to use it.
      ...Array.from({ length: 10_000 }, (_, i) => reading({ time: start + hour + i * 1000, value: i })),
      switched(30, true),
      switched(40, false),
    ]),
  )
  const changes = async (from: Millis, to: Millis, points: number) => {
    const filter = { key: 'states', matches: ({ unit }: { unit: string | null }) => unit === null }
    return (await store.history({ filter, times: { from, to }, points })).map(({ changes }) => changes)
  }
  const idle = { time: start, value: 'idle', quality: 'stale' }
  const [open, closed] = [
    { time: start + hour, value: true },
    { time: start + 40 * hour, value: false },
  ]
  expect(await changes(start + 2 * hour, start + 3 * hour, 60)).toEqual([[open], [idle]])
  expect(await changes(start + 20 * hour, start + 45 * hour, 1000)).toEqual([[open, closed], [idle]])
  expect(await changes(start - hour, start, 60)).toEqual([[], []])
})

it('tells from what is summed up what a switch was, once its readings are gone', async () => {
  let now = start
  const store = await place.open({ clock: () => now, keep: { ageMs: day } })
  const switched = (value: boolean) => reading({ metric: 'open', unit: null, value, time: now })
  await store.durable(store.append([switched(false), switched(true)]))
  now += 20 * day
  await store.durable(store.append([reading({ time: now, value: 1 }), switched(true)]))
  now += day
  await store.retain()
  await store.dropBelow(4)
  const held = async (from: Millis) => {
    const filter = { key: 'open', matches: ({ metric }: { metric: string }) => metric === 'open' }
    const [found] = await store.history({ filter, times: { from, to: now }, points: 20_000 })
    return found!.changes
  }
  expect(await held(start + 15 * day)).toEqual([{ time: start, value: true }])
  expect(await held(start + 30 * minute)).toEqual([{ time: start, value: true }])
})

it('tells which buckets hold readings of less trust, as far as there are readings', async () => {
  const store = await place.open()
  await store.durable(
    store.append([
      reading({ time: start, value: 1 }),
      reading({ time: start + 10_000, value: 2, quality: 'suspect' }),
      reading({ time: start + 10_100, value: 3, quality: 'stale' }),
      reading({ time: start + 20_000, value: 4, quality: 'unsynced' }),
    ]),
  )
  const doubts = async (points: number) => {
    const [found] = await store.history({ filter: null, times: { from: start, to: start + hour }, points })
    return found!.doubts && [...found!.doubts]
  }
  expect(await doubts(3600)).toEqual([
    [start + 10_000, 'suspect'],
    [start + 20_000, 'unsynced'],
  ])
  expect(await doubts(60)).toBeUndefined()
})

it('refuses what would be too much for one answer', async () => {
  const store = await place.open()
  store.append(Array.from({ length: 100 }, (_, i) => reading({ device: `test:${i}` })))
  const times = { from: start, to: start + day }
  await expect(store.history({ filter: null, times, points: 5000 })).rejects.toMatchObject({ code: 'usage' })
})

it('takes a database from before there were rollups', async () => {
  const before = await place.open()
  const readings = Array.from({ length: 5000 }, (_, i) => reading({ time: start + i * minute, value: i }))
  await before.durable(before.append(readings))
  await before.close()
  const db = new Database(place.file)
  db.exec('DROP TABLE minutes; DROP TABLE hours; DROP TABLE rollup; PRAGMA user_version = 1')
  db.close()
  const store = await place.open()
  await store.retain()
  const times = { from: start, to: start + 5000 * minute }
  const [found] = await store.history({ filter: null, times, points: 100 })
  expect(bucketsOf(found!)).toEqual(summed(readings, hour))
})
