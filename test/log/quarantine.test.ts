import { expect, it } from 'vitest'
import type { Rejected } from '../../src/log/store.ts'
import { readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()

it('lists the newest first, on disk or not, page by page', async () => {
  const store = await place.open({ commit: { ageMs: 3_600_000 } })
  for (const subject of ['a', 'b', 'c']) store.quarantine.add(rejected({ subject }))
  store.commitSoon()
  await store.durability.durable(3)
  for (const subject of ['d', 'e']) store.quarantine.add(rejected({ subject }))
  const all = await store.quarantine.list({ limit: 10 })
  expect(all.map(({ subject }) => subject)).toEqual(['e', 'd', 'c', 'b', 'a'])
  expect(all.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1])
  const first = await store.quarantine.list({ limit: 3 })
  expect(first).toEqual(all.slice(0, 3))
  expect(await store.quarantine.list({ limit: 3, before: first.at(-1)!.id })).toEqual(all.slice(3))
  expect(await store.quarantine.list({ limit: 1, before: 5 })).toEqual(all.slice(1, 2))
})

it('cuts long payloads and topics, and keeps its own copy', async () => {
  const store = await place.open()
  const payload = Buffer.alloc(10_000, 'x')
  store.quarantine.add(rejected({ payload, subject: 't'.repeat(65_535) }))
  payload.fill('y')
  const [entry] = await store.quarantine.list({ limit: 1 })
  expect(Buffer.from(entry!.payload).toString()).toBe('x'.repeat(4096))
  expect(entry!.subject).toHaveLength(1024)
})

it('thins what looks alike, and still shows the odd one among a flood', async () => {
  let now = 0
  const store = await place.open({ clock: () => now, steady: () => now })
  for (let i = 0; i < 10_000; i++) store.quarantine.add(rejected({ subject: 'noisy' }))
  store.quarantine.add(rejected({ subject: 'odd' }))
  expect((await store.quarantine.list({ limit: 100 })).map(({ subject }) => subject)).toEqual([
    'odd',
    ...Array(5).fill('noisy'),
  ])
  now += 60_000
  for (let i = 0; i < 10; i++) store.quarantine.add(rejected({ subject: 'noisy' }))
  expect(await store.quarantine.list({ limit: 100 })).toHaveLength(7)
})

it('bounds a flood from ever new subjects', async () => {
  let now = 0
  const store = await place.open({ clock: () => now, steady: () => now })
  const flood = () => {
    for (let i = 0; i < 3000; i++) store.quarantine.add(rejected({ subject: `${now} ${i}` }))
  }
  flood()
  expect(store.durability.head).toBe(500)
  now += 10_000
  flood()
  expect(store.durability.head).toBe(510)
  await store.durable(store.append(readings(1)))
})

it('keeps the newest only, fewer in a small database', async () => {
  let now = 0
  // A quarter of this for 4 KiB each.
  const store = await place.open({ clock: () => now, steady: () => now, keep: { bytes: 100 * 4 * 4096 } })
  for (let i = 0; i < 150; i++) {
    store.quarantine.add(rejected({ subject: String(i) }))
    now += 1000
  }
  store.commitSoon()
  await store.durability.durable(150)
  const kept = await store.quarantine.list({ limit: 1000 })
  expect(kept).toHaveLength(100)
  expect(kept.at(-1)!.subject).toBe('50')
})

function rejected(fields: Partial<Rejected>): Rejected {
  return {
    time: 1,
    source: 'broker',
    subject: 'sensors/a',
    reason: 'json_syntax',
    where: 'message',
    payload: new Uint8Array([123]),
    ...fields,
  }
}
