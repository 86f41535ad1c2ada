import { afterEach, expect, it } from 'vitest'
import { createClient, type Position } from '../../src/client/client.ts'
import { MemoryStore, reading, startServer } from '../http/harness.ts'
import fc from '../setup/properties.ts'

/** The client with `every`, against a real server. */

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

const devices = ['d:0', 'd:1', 'd:2', 'd:3']

async function start(count: number, apartMs: number) {
  const store = new MemoryStore()
  store.append(
    Array.from({ length: count }, (_, i) => reading({ device: devices[(i * 7) % 4]!, value: i, time: i * apartMs })),
  )
  const server = await startServer(store)
  toClose.push(server.close)
  return { store, client: createClient({ url: server.url }) }
}

it('has every reading counted once, over programs that stop anywhere and go on from the place they stored', async () => {
  const { client } = await start(400, 30)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 }), async (stops) => {
      const counted: number[] = []
      let place: Position | undefined
      const sum = () => counted.reduce((total, count) => total + count, 0)
      for (const stop of [...stops, Number.POSITIVE_INFINITY]) {
        const stream = client.follow({ every: '200ms', ...(place ? { lastEventId: place } : { after: 0 }) })
        let taken = 0
        if (sum() < 400)
          for await (const event of stream) {
            if (event.type !== 'reading') continue
            const { count, min, max, value } = event.reading
            expect(max).toBe(value)
            expect(max! - min!).toBe((count - 1) * 4)
            counted.push(count)
            place = stream.lastEventId
            if (++taken >= stop || sum() >= 400) break
          }
      }
      expect(sum()).toBe(400)
    }),
    { numRuns: 15 },
  )
})

it('takes a place within an interval up without thinning, at the beginning of that interval', async () => {
  const { client } = await start(40, 0)
  let place: Position | undefined
  const told = new Map<string, number>()
  const thinned = client.follow({ after: 0, every: '100ms' })
  for await (const event of thinned) {
    if (event.type !== 'reading') continue
    told.set(event.reading.device, event.reading.count)
    place = thinned.lastEventId
    break
  }
  expect(place).toMatch(/^[a-z0-9]+\.37-37-3$/)
  const seqs: number[] = []
  for await (const event of client.follow({ lastEventId: place! })) {
    if (event.type === 'reading') seqs.push(event.reading.seq)
    if (seqs.length === 40) break
  }
  expect(seqs).toEqual(Array.from({ length: 40 }, (_, i) => i + 1))
})
