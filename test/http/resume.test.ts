import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventSourceMessage } from 'eventsource-parser'
import { expect, it } from 'vitest'
import type { Run } from '../../src/log/log.ts'
import { openStore } from '../../src/log/open-store.ts'
import type { Store } from '../../src/log/store.ts'
import type { Reading } from '../../src/reading.ts'
import fc from '../setup/properties.ts'
import { MemoryStore, reading, startServer } from './harness.ts'
import { openStream } from './read-events.ts'

/** What may happen to a gateway and its clients, in any order. */
type Step =
  | { readonly do: 'append'; readonly count: number }
  /** The client reads so many events and is cut off, or up to the head. */
  | { readonly do: 'follow'; readonly events: number }
  | { readonly do: 'retain'; readonly share: number }
  | { readonly do: 'restart' }
  /** Power cut: what was not yet on disk is lost. */
  | { readonly do: 'crash'; readonly unwritten: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 1, max: 700 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('follow' as const), events: fc.integer({ min: 0, max: 900 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('retain' as const),
      share: fc.oneof(fc.constant(1.001), fc.double({ min: 0, max: 1, noNaN: true })),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('crash' as const), unwritten: fc.integer({ min: 1, max: 300 }) }),
  },
)

/** A store that can lose its process. */
interface World {
  store: Store
  retain(floor: number): Promise<void>
  restart(): Promise<void>
  crash(): Promise<void>
  end(): Promise<void>
}

/** A client that keeps its last id, and judges what it is given. */
class Client {
  readonly query: string
  readonly wants: (reading: Reading) => boolean
  readonly got: { seq: number; value: number }[] = []
  readonly gaps: { from: number; to: number; reason: string }[] = []
  lastId: string | undefined

  constructor(query: string, wants: (reading: Reading) => boolean) {
    this.query = query
    this.wants = wants
  }

  /** Reads so many events, or up to the number `last`. */
  async follow(url: string, events: number, last: number): Promise<void> {
    const headers = this.lastId === undefined ? undefined : { 'last-event-id': this.lastId }
    const stream = await openStream(`${url}/api/stream?after=0${this.query}`, headers)
    const reaches = ({ id }: EventSourceMessage) => id !== undefined && Number(id.split('.')[1]) >= last
    await stream.until((all) => all.length >= events || all.some(reaches))
    stream.close()
    // What arrived with the last event was received as well, as it would be by any client.
    for (const event of stream.events) this.#take(event)
  }

  #take({ id, event, data }: EventSourceMessage): void {
    if (id !== undefined) this.lastId = id
    const json = JSON.parse(data)
    if (event === 'gap') this.gaps.push(json)
    if (event !== undefined) return
    const before = this.got.at(-1)
    expect(json.seq).toBeGreaterThan(before?.seq ?? 0)
    expect(id).toMatch(new RegExp(`^[a-z0-9]+\\.${json.seq}$`))
    this.got.push({ seq: json.seq, value: json.value })
  }
}

async function play(world: World, steps: readonly Step[]): Promise<void> {
  const clients = [new Client('', () => true), new Client('&device=d:1', ({ device }) => device === 'd:1')]
  /** All that was ever appended, by number, but for what a power cut took. */
  const appended = new Map<number, Reading>()
  let count = 0
  const append = (many: number) => {
    const readings = Array.from({ length: many }, () => reading({ device: `d:${count % 3}`, value: count++ }))
    const last = world.store.append(readings)
    for (const [index, each] of readings.entries()) appended.set(last - many + 1 + index, each)
  }
  let server = await startServer(world.store)
  const outage = async (act: () => Promise<void>) => {
    await server.close()
    await act()
    server = await startServer(world.store)
  }
  const follow = async (events: number) => {
    for (const client of clients) {
      const last = Math.max(0, ...[...appended.keys()].filter((seq) => client.wants(appended.get(seq)!)))
      await client.follow(server.url, events, last)
    }
  }
  const act = async (next: Step) => {
    if (next.do === 'append') append(next.count)
    else if (next.do === 'follow') await follow(next.events)
    else if (next.do === 'retain') {
      const { floor, head } = world.store
      await world.retain(Math.floor(floor + next.share * (head - floor)))
    } else if (next.do === 'restart') await outage(() => world.restart())
    else {
      world.store.commitSoon()
      await world.store.durable(world.store.head)
      const { head } = world.store
      append(next.unwritten)
      await follow(next.unwritten)
      await outage(() => world.crash())
      for (const seq of appended.keys()) if (seq > head) appended.delete(seq)
    }
  }
  for (const next of steps) await act(next)
  append(3)
  await follow(Number.POSITIVE_INFINITY)
  await server.close()
  for (const client of clients) judge(client, appended, world.store.floor)
}

/** Every reading that is stored and was wanted came once; of those that are not stored any more a gap tells. */
function judge({ got, gaps, wants }: Client, appended: ReadonlyMap<number, Reading>, floor: number): void {
  const values = new Map(got.map(({ seq, value }) => [seq, value]))
  expect(values.size).toBe(got.length)
  for (const [seq, each] of appended) {
    if (!wants(each)) continue
    const told = gaps.some(({ from, to }) => from <= seq && seq <= to)
    if (values.has(seq)) expect(values.get(seq), `reading ${seq}`).toBe(each.value)
    else expect(told, `reading ${seq} is missing, and no gap names it`).toBe(true)
    if (told) expect(seq, `reading ${seq} is stored, and a gap names it`).toBeLessThan(floor)
  }
  for (const { reason } of gaps) expect(reason).toBe('retention')
}

/** A memory store whose runs can be counted up, as a restart does. */
class RestartableStore extends MemoryStore {
  override readonly runs: Run[] = [{ id: 'run0', first: 1 }]
}

function memoryWorld(): World {
  const store = new RestartableStore()
  const restart = async () => {
    store.runs.push({ id: `run${store.runs.length}`, first: store.head + 1 })
  }
  return { store, restart, crash: restart, retain: async (floor) => store.retain(floor), end: async () => {} }
}

async function diskWorld(ringReadings: number): Promise<World> {
  const root = await mkdtemp(join(tmpdir(), 'rivulet-'))
  let folder = join(root, '0')
  let number = 0
  // Commits happen when they are asked for: what is appended after one is what a power cut takes.
  const open = () => openStore({ folder, ringReadings, commit: { ageMs: 3_600_000, readings: 1_000_000 } })
  let store = await open()
  const left: Store[] = []
  return {
    get store() {
      return store
    },
    retain: (floor) => store.dropBelow(floor),
    restart: async () => {
      await store.close()
      store = await open()
    },
    crash: async () => {
      const copy = join(root, String(++number))
      await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith('.lock') })
      left.push(store)
      folder = copy
      store = await open()
    },
    end: async () => {
      await Promise.all([...left, store].map((each) => each.close()))
      await rm(root, { recursive: true })
    },
  }
}

it('gives a client that resumes every stored reading once, in order, or names what is missing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        step.filter((each) => each.do !== 'crash'),
        { maxLength: 25 },
      ),
      (steps) => play(memoryWorld(), steps),
    ),
    { numRuns: 25 },
  )
})

it('does so over restarts and power cuts of a log on disk', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 15 }),
      fc.constantFrom(2, 256, 65_536),
      async (steps, ringReadings) => {
        const world = await diskWorld(ringReadings)
        try {
          await play(world, steps)
        } finally {
          await world.end()
        }
      },
    ),
    { numRuns: 8 },
  )
})
