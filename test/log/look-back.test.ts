import { expect, it } from 'vitest'
import { blockReadings } from '../../src/log/block.ts'
import { devices, reading, readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()
const rare = reading({ device: 'test:rare' })

it('does not count what was dropped of a block', async () => {
  const store = await place.open()
  store.append([rare, rare, ...readings(blockReadings - 3)])
  const second = store.append([...readings(100), rare]) - 1
  store.append([...readings(100), rare, rare])
  await store.durable(store.append(readings(3 * blockReadings)))
  expect(await store.seekLast(5, devices('test:rare'))).toBe(0)
  await store.dropBelow(10)
  expect(await store.seekLast(5, devices('test:rare'))).toBe(second)
  expect(await store.seekLast(1_000_000, devices('test:rare'))).toBe(second)
  expect(await store.seekLast(2, devices('test:rare'))).toBe(second + 101)
  expect(await store.seekLast(1_000_000, null)).toBe(9)
})

it('seeks past a block whose latest reading was dropped', async () => {
  const store = await place.open()
  store.append([reading({ time: 9000 }), ...readings(blockReadings - 2, 10, 0)])
  await store.durable(store.append(readings(2 * blockReadings, 10, 4000)))
  expect(await store.seek(5000)).toBe(0)
  await store.dropBelow(2)
  expect(await store.seek(5000)).toBe(blockReadings - 1 + 1000)
})

it('finds a series that was heard long ago, and none of the blocks between', async () => {
  const store = await place.open()
  store.append([rare])
  for (let i = 0; i < 20; i++) await store.durable(store.append(readings(10_000)))
  const filter = devices('test:rare')
  expect(await store.read(0, filter, 1)).toMatchObject({ readings: [{ seq: 1 }], next: 1 })
  // More than one search covers, in one page: what holds none is not searched.
  expect((await store.read(1, filter, 1)).next).toBe(store.head)
  expect(await store.seekLast(3, filter)).toBe(0)
  expect((await store.latest()).find(({ device }) => device === 'test:rare')?.seq).toBe(1)
})

it('searches a bounded stretch when every block may hold what is wanted', async () => {
  const store = await place.open()
  for (let i = 0; i < 40; i++) store.append([...readings(4000), rare])
  await store.durable(store.append(readings(10_000)))
  const { readings: found, next } = await store.read(0, devices('test:rare'), 1000)
  expect(next).toBeGreaterThan(60_000)
  expect(next).toBeLessThan(140_000)
  expect(found).toHaveLength(Math.floor(next / 4001))
})
