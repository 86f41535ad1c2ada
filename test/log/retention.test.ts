import { statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { blockReadings } from '../../src/log/block.ts'
import type { SqliteStore } from '../../src/log/sqlite-store.ts'
import { numbers } from './contract.ts'
import { devices, readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()
const megabyte = 1_000_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const yearMs = 365 * dayMs

it('keeps the database below its size, drops whole blocks from the old end and says so', async () => {
  const store = await place.open({ keep: { bytes: 10 * megabyte } })
  await fill(store, 400_000)
  await store.retain()
  expect(store.floor).toBeGreaterThan(100_000)
  expect(store.floor).toBeLessThan(300_000)
  expect(store.floor % blockReadings).toBe(0)
  const page = await store.read(0, null, 3)
  expect(page.lost).toEqual({ from: 1, to: store.floor - 1 })
  expect(numbers(page)).toEqual([store.floor, store.floor + 1, store.floor + 2])
  expect(await store.seek(0)).toBe(store.floor - 1)
  expect(await store.seekLast(1_000_000, devices('test:3'))).toBeLessThan(store.floor + 10)
  await store.close()
  expect(statSync(place.file).size).toBeLessThan(10 * megabyte)
})

it('gives the space back when less is to be kept than before', async () => {
  const before = await place.open()
  await fill(before, 400_000)
  await before.close()
  const size = statSync(place.file).size
  expect(size).toBeGreaterThan(10 * megabyte)

  const after = await place.open({ keep: { bytes: 6 * megabyte } })
  // It begins by itself; this waits until it has ended.
  await after.retain()
  expect(statSync(place.file).size).toBeLessThan(3 * megabyte)
  expect(after.health().databaseBytes).toBeLessThan(3 * megabyte)
  expect(after.floor).toBeGreaterThan(300_000)
  expect((await after.latest()).every(({ seq }) => seq > 399_980)).toBe(true)
})

it('drops what was appended too long ago, whatever the times of the readings say', async () => {
  let now = Date.UTC(2026, 0, 1)
  const store = await place.open({ clock: () => now, steady: () => now, keep: { ageMs: 1000 } })
  await store.durable(store.append(readings(10_000, 10, Date.UTC(2030, 0, 1))))
  now += 500
  await store.durable(store.append(readings(10_000, 10, 0)))
  now += 600
  await store.retain()
  // The block that holds readings of both is as young as its youngest.
  expect(store.floor).toBe(2 * blockReadings)
  now += 500
  await store.retain()
  expect(store.floor).toBe(20_001)
  expect(await store.latest()).toEqual([])
  expect(await store.read(20_000, null, 10)).toEqual({ readings: [], next: 20_000 })
})

it('takes old times in new readings for no reason to drop them, over a restart neither', async () => {
  const before = await place.open()
  await before.durable(before.append(readings(10, 10, 0)))
  await before.close()
  const after = await place.open()
  await after.retain()
  expect(after.floor).toBe(1)
})

it('does not wait for a clock that had been ahead', async () => {
  const { clocks, pass, jump } = fakeClocks(Date.UTC(2040, 0, 1))
  const store = await place.open({ ...clocks, keep: { ageMs: 1000 } })
  await store.durable(store.append(readings(5000)))
  jump(-14 * yearMs)
  await store.retain()
  expect(store.floor).toBe(1)
  pass(1001)
  await store.retain()
  expect(store.floor).toBe(5001)
})

it('drops nothing when the clock shows next year and is set right within a day, over a restart neither', async () => {
  const { clocks, pass, jump } = fakeClocks(Date.UTC(2026, 0, 1))
  const before = await place.open(clocks)
  await before.durable(before.append(readings(10_000)))
  jump(yearMs)
  for (let hour = 0; hour < 11; hour++) {
    pass(hourMs)
    await before.durable(before.append(readings(100)))
    await before.retain()
  }
  await before.close()

  const after = await place.open(clocks)
  for (let hour = 0; hour < 11; hour++) {
    pass(hourMs)
    await after.durable(after.append(readings(100)))
    await after.retain()
  }
  expect(after.floor).toBe(1)
  jump(-yearMs)
  pass(29 * dayMs)
  await after.retain()
  expect(after.floor).toBe(1)
  pass(dayMs)
  await after.retain()
  expect(after.floor).toBe(2 * blockReadings)
})

it('drops what is too old a day after a long time without power', async () => {
  const { clocks, pass, jump } = fakeClocks(Date.UTC(2026, 0, 1))
  const before = await place.open(clocks)
  await before.durable(before.append(readings(2 * blockReadings)))
  await before.close()
  jump(60 * dayMs)
  const after = await place.open(clocks)
  await after.durable(after.append(readings(blockReadings)))
  pass(23 * hourMs)
  await after.retain()
  expect(after.floor).toBe(1)
  pass(2 * hourMs)
  await after.retain()
  expect(after.floor).toBe(2 * blockReadings)
})

it('keeps for their time what came in before the clock was set, after a start that began in 1970 too', async () => {
  const { clocks, pass, jump } = fakeClocks(0)
  const store = await place.open(clocks)
  await store.durable(store.append(readings(10_000)))
  jump(Date.UTC(2026, 0, 1))
  for (let hour = 0; hour < 26; hour++) {
    pass(hourMs)
    await store.retain()
  }
  await store.close()
  jump(-Date.UTC(2026, 0, 1))
  const later = await place.open(clocks)
  jump(Date.UTC(2026, 0, 1))
  pass(27 * dayMs)
  await later.retain()
  expect(later.floor).toBe(1)
  pass(3 * dayMs + hourMs)
  await later.retain()
  expect(later.floor).toBe(10_001)
})

it('remembers over a restart what was dropped', async () => {
  const before = await place.open()
  await before.durable(before.append(readings(100)))
  await before.dropBelow(51)
  await before.close()
  const after = await place.open()
  expect(after.floor).toBe(51)
  expect(await after.read(0, null, 1)).toMatchObject({ lost: { from: 1, to: 50 }, next: 51 })
})

/** A wall clock that jumps and a steady one that does not; time passes for both. */
function fakeClocks(start: number) {
  let [wall, steady] = [start, 0]
  return {
    clocks: { clock: () => wall, steady: () => steady },
    pass: (ms: number) => {
      wall += ms
      steady += ms
    },
    jump: (ms: number) => {
      wall += ms
    },
  }
}

async function fill(store: SqliteStore, count: number): Promise<void> {
  for (let done = 0; done < count; done += 20_000) await store.durable(store.append(readings(20_000)))
}
