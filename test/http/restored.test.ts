import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventSourceMessage } from 'eventsource-parser'
import { expect, it } from 'vitest'
import { positionId } from '../../src/feed/position.ts'
import { openStore } from '../../src/log/open-store.ts'
import { restoreBackup } from '../../src/log/restore.ts'
import type { Store } from '../../src/log/store.ts'
import fc from '../setup/properties.ts'
import { reading, startServer } from './harness.ts'
import { openStream } from './read-events.ts'

/** What may happen to a database under clients that keep their place. */
type Step =
  | { readonly do: 'append'; readonly count: number }
  /** A client reads so many events and is cut off, or up to the head. */
  | { readonly do: 'follow'; readonly client: 0 | 1; readonly events: number }
  | { readonly do: 'restart' | 'backup' | 'restore' }
  /** Power cut, with so many readings that were shown and are not on disk. */
  | { readonly do: 'crash'; readonly unwritten: number }

const some = (max: number) => fc.integer({ min: 1, max })
const append: fc.Arbitrary<Step> = fc.record({ do: fc.constant('append' as const), count: some(300) })
const follow = (client: 0 | 1): fc.Arbitrary<Step> =>
  fc.record({ do: fc.constant('follow' as const), client: fc.constant(client), events: some(400) })
const just = (what: 'restart' | 'backup' | 'restore'): fc.Arbitrary<Step> => fc.constant({ do: what })
const crash: fc.Arbitrary<Step> = fc.record({ do: fc.constant('crash' as const), unwritten: some(50) })
const anything = fc.array(fc.oneof(append, follow(0), follow(1), just('restore'), crash), { maxLength: 2 })

/** One client is in a run of the backup when that is put back, before or behind its end, the other in a later run. */
const history: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    append,
    follow(0),
    just('backup'),
    anything,
    append,
    follow(0),
    fc.oneof(just('restart'), crash),
    append,
    follow(1),
  )
  .chain((before) => fc.tuple(fc.constant(before), anything, just('restore'), anything))
  .map((parts) => parts.flat(2))

/** What every id was seen to name, by anybody and at any time. */
type Names = Map<string, unknown>

/** A client that keeps readings by their ids, as PROTOCOL.md asks it to. */
class Client {
  readonly kept: Names = new Map()
  readonly #names: Names
  #place: string | undefined
  #seq = 0

  constructor(names: Names) {
    this.#names = names
  }

  async follow(url: string, events: number, last: string): Promise<void> {
    const headers = this.#place === undefined ? undefined : { 'last-event-id': this.#place }
    const stream = await openStream(`${url}/api/stream?after=0`, headers)
    await stream.until((all) => all.length >= events || all.some(({ id }) => id === last))
    stream.close()
    for (const event of stream.events) this.#take(event)
  }

  #take({ id, event, data }: EventSourceMessage): void {
    const json = JSON.parse(data)
    if (id !== undefined) this.#place = id
    if (event === 'gap') {
      expect(json.reason).toBe('epoch')
      this.#seq = json.to
    }
    if (event !== undefined) return
    expect(json.seq).toBeGreaterThan(this.#seq)
    this.#seq = json.seq
    name(this.#names, id!, json.value)
    this.kept.set(id!, json.value)
  }
}

function name(names: Names, id: string, value: unknown): void {
  expect(names.get(id) ?? value, `${id} names two readings`).toBe(value)
  names.set(id, value)
}

async function play(root: string, steps: readonly Step[]): Promise<void> {
  let folder = join(root, 'data')
  const backup = join(root, 'backup.db')
  const open = () => openStore({ folder, ringReadings: 64, commit: { ageMs: 3_600_000, readings: 1_000_000 } })
  let store: Store = await open()
  let server = await startServer(store)
  const left: Store[] = []
  const names: Names = new Map()
  const clients = [new Client(names), new Client(names)]
  let count = 0
  const add = (many: number) => store.append(Array.from({ length: many }, () => reading({ value: count++ })))
  const read = (client: Client, events: number) => client.follow(server.url, events, positionId(store.runs, store.head))
  const outage = async (act: () => unknown) => {
    await server.close()
    await act()
    store = await open()
    server = await startServer(store)
  }
  const makeBackup = async () => {
    await rm(backup, { force: true })
    await store.backup(backup)
  }
  const acts: Record<Step['do'], (next: Step) => unknown> = {
    append: (next) => 'count' in next && add(next.count),
    follow: (next) => 'client' in next && read(clients[next.client]!, next.events),
    restart: () => outage(() => store.close()),
    backup: makeBackup,
    restore: () =>
      outage(async () => {
        await store.close()
        restoreBackup(backup, folder)
      }),
    crash: async (next) => {
      store.commitSoon()
      await store.durable(store.head)
      if ('unwritten' in next) add(next.unwritten)
      await read(clients[0]!, Number.POSITIVE_INFINITY)
      await outage(async () => {
        const copy = join(root, `data-${left.push(store)}`)
        await cp(folder, copy, { recursive: true, filter: (path) => !path.endsWith('.lock') })
        folder = copy
      })
    },
  }
  try {
    await makeBackup()
    for (const next of steps) await acts[next.do](next)
    add(3)
    for (const client of clients) await read(client, Number.POSITIVE_INFINITY)
    const { readings } = await store.read(0, null, Number.POSITIVE_INFINITY)
    for (const { seq, value } of readings) {
      const id = positionId(store.runs, seq)
      name(names, id, value)
      for (const { kept } of clients) expect(kept.get(id), id).toBe(value)
    }
  } finally {
    await server.close()
    for (const each of [...left, store]) await each.close()
  }
}

it('gives every client every stored reading, and no id to two of them, over backups that are put back', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const root = await mkdtemp(join(tmpdir(), 'restored-'))
      try {
        await play(root, steps)
      } finally {
        await rm(root, { recursive: true })
      }
    }),
    { numRuns: 4 },
  )
})
