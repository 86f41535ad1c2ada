import { expect, it, vi } from 'vitest'
import { readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()
const hour = 3_600_000
const rejected = { time: 1, source: 's', subject: 't', reason: 'json_syntax', where: 'message' }

it('commits what has waited for its time', async () => {
  const store = await place.open({ commit: { ageMs: 5 } })
  await store.durable(store.append(readings(1)))
  expect(store.health().commits).toBe(1)
})

it('commits as soon as enough readings wait', async () => {
  const store = await place.open({ commit: { ageMs: hour, readings: 100 } })
  store.append(readings(99))
  expect(store.health()).toMatchObject({ commits: 0, uncommitted: 99 })
  const head = store.append(readings(1))
  await store.durable(head)
  expect(store.health()).toMatchObject({ commits: 1, uncommitted: 0 })
})

it('commits when somebody waits, everything in one', async () => {
  const store = await place.open({ commit: { ageMs: hour } })
  for (let i = 0; i < 10; i++) store.append(readings(1))
  store.commitSoon()
  store.commitSoon()
  await store.durable(10)
  expect(store.health().commits).toBe(1)
})

it('commits what came during a commit with the next one, when somebody waits for that too', async () => {
  const store = await place.open({ commit: { ageMs: hour } })
  const first = store.append(readings(1))
  store.commitSoon()
  const second = store.append(readings(1))
  store.commitSoon()
  await store.durable(first)
  expect(store.durableHead).toBe(first)
  await store.durable(second)
  expect(store.health().commits).toBe(2)
})

it('does not commit when nothing was given', async () => {
  const store = await place.open()
  store.commitSoon()
  store.records.put('a', 'b', '1')
  await store.durable(0)
  store.records.put('a', 'b', '1')
  store.records.delete('a', 'none')
  store.commitSoon()
  expect(store.durability.head).toBe(1)
  expect(store.health().commits).toBe(1)
})

it('counts a record, and a rejected message, with the reading before it', async () => {
  const store = await place.open({ commit: { ageMs: hour } })
  const head = store.append(readings(3))
  store.commitSoon()
  await store.durable(head)
  expect(store.durableHead).toBe(head)
  store.records.put('a', 'b', '1')
  expect(store.durableHead).toBe(head - 1)
  const record = vi.fn()
  void store.durable(head).then(record)
  store.quarantine.add({ ...rejected, payload: new Uint8Array() })
  store.commitSoon()
  expect(record).not.toHaveBeenCalled()
  await store.durable(head)
  expect(record).toHaveBeenCalled()
  expect(store.durableHead).toBe(head)
})

it('never lets somebody wait for what was given after they began to wait', async () => {
  const store = await place.open({ commit: { ageMs: hour } })
  let given = 0
  const put = () => store.records.put('state', 'n', String(given++))
  const head = store.append(readings(1))
  put()
  const count = store.durability.head
  const both = Promise.all([store.durable(head), store.durability.durable(count)])
  const done = vi.fn()
  void both.then(done)
  // At every turn something more is given at the same head, so that something always waits.
  while (done.mock.calls.length === 0) {
    put()
    store.commitSoon()
    await new Promise(setImmediate)
  }
  expect(store.durability.durableHead).toBeGreaterThanOrEqual(count)
})

it('tells who waits when it is closed, once everything is on disk', async () => {
  const store = await place.open({ commit: { ageMs: hour } })
  const waiting = store.durable(store.append(readings(5)))
  const asleep = store.wait(5)
  await store.close()
  await waiting
  expect(await asleep).toBe(false)
  expect(await store.wait(0)).toBe(false)
  expect(() => store.append(readings(1))).toThrow(expect.objectContaining({ code: 'unavailable' }))
})
