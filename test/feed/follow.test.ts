import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { DeviceDirectory } from '../../src/feed/devices.ts'
import { Feed } from '../../src/feed/feed.ts'
import { compileFilter } from '../../src/feed/filter.ts'
import { follow, type Outlet } from '../../src/feed/follow.ts'
import { Pages, readingsPerPage } from '../../src/feed/pages.ts'
import { MemoryStore, reading } from '../http/harness.ts'

const toClose: (() => void)[] = []
afterEach(() => {
  for (const close of toClose.splice(0)) close()
})

async function open(store = new MemoryStore()) {
  const directory = await DeviceDirectory.open(store)
  const feed = new Feed(store, directory)
  toClose.push(
    () => feed.close(),
    () => directory.close(),
  )
  return { store, directory, feed }
}

/** An outlet that takes so many writes and then makes its writer wait. */
class Pipe implements Outlet {
  readonly written: Buffer[] = []
  credit = Number.POSITIVE_INFINITY
  #resume: () => void = () => {}

  write(bytes: Buffer): boolean {
    this.written.push(bytes)
    return --this.credit > 0
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#resume = resolve
    })
  }

  resume(): void {
    this.credit = Number.POSITIVE_INFINITY
    this.#resume()
  }

  get seqs(): number[] {
    return [
      ...Buffer.concat(this.written)
        .toString()
        .matchAll(/^data: \{"seq":(\d+)/gm),
    ].map(([, seq]) => Number(seq))
  }
}

it('serializes a page once for all that stand at the same place, and forgets it soon', async () => {
  const store = new MemoryStore()
  store.append([reading(), reading()])
  const pages = new Pages(store)
  const filter = () => compileFilter({ devices: ['test:*'], metrics: [], channels: [] })
  const [one, same, filtered, alike, later] = await Promise.all([
    pages.read(0, null),
    pages.read(0, null),
    pages.read(0, filter()),
    pages.read(0, filter()),
    pages.read(1, null),
  ])
  expect(same.bytes).toBe(one.bytes)
  expect(alike.bytes).toBe(filtered.bytes)
  expect([filtered.bytes, later.bytes]).not.toContain(one.bytes)
  store.append([reading()])
  await expect.poll(async () => (await pages.read(0, null)).next).toBe(3)
})

it('never keeps an empty page, which would hide what is appended next', async () => {
  const store = new MemoryStore()
  const pages = new Pages(store)
  expect(await pages.read(0, null)).toMatchObject({ bytes: null, next: 0 })
  store.append([reading()])
  expect(await pages.read(0, null)).toMatchObject({ count: 1, next: 1 })
})

it('gives a thousand followers in step the same bytes, a reading serialized a few times at most', async () => {
  const { store, feed } = await open()
  const pipes = Array.from({ length: 1000 }, () => new Pipe())
  for (const pipe of pipes) void follow(feed, feed.open({ after: 0 }).reader, null, pipe)
  await turn()
  store.append([reading(), reading()])
  while (pipes.some(({ written }) => written.length === 0)) await turn()
  const buffers = new Set(pipes.map(({ written }) => written[0]!))
  // It is kept for a while, by the clock: a busy machine needs more than one, but not one for each.
  expect(buffers.size).toBeLessThan(250)
  for (const pipe of pipes) expect(pipe.seqs).toEqual([1, 2])
})

it('lets input go on while thousands are woken', async () => {
  const { store, feed } = await open()
  const pipes = Array.from({ length: 5000 }, () => new Pipe())
  for (const pipe of pipes) void follow(feed, feed.open({ after: 0 }).reader, null, pipe)
  await turn()
  store.append([reading()])
  const served = () => pipes.filter(({ written }) => written.length > 0).length
  const steps: number[] = []
  while (served() < pipes.length) {
    const before = served()
    await turn()
    steps.push(served() - before)
  }
  expect(Math.max(...steps)).toBeLessThan(1000)
})

it('stops at a client that does not keep up, and goes on where it was without a loss', async () => {
  const { store, feed } = await open()
  const [slow, fast] = [new Pipe(), new Pipe()]
  slow.credit = 1
  const readers = [slow, fast].map((pipe) => {
    const { reader } = feed.open({ after: 0 })
    void follow(feed, reader, null, pipe)
    return reader
  })
  const total = readingsPerPage * 5
  while (store.head < total) {
    store.append(Array.from({ length: 100 }, () => reading()))
    await turn()
  }
  while (fast.seqs.length < store.head) await turn()
  expect(slow.written).toHaveLength(1)
  expect(readers[0]!.place).toBeLessThanOrEqual(readingsPerPage)
  slow.resume()
  while (slow.seqs.length < store.head) await turn()
  expect(slow.seqs).toEqual(fast.seqs)
})

it('catches up page by page, in turn with everybody else', async () => {
  const { store, feed } = await open()
  store.append(Array.from({ length: readingsPerPage * 20 }, () => reading()))
  const [behind, live] = [new Pipe(), new Pipe()]
  void follow(feed, feed.open({ after: 0 }).reader, null, behind)
  void follow(feed, feed.open({ after: store.head }).reader, null, live)
  await turn()
  store.append([reading()])
  while (live.seqs.length === 0) await turn()
  expect(behind.seqs.length).toBeLessThan(store.head)
  while (behind.seqs.length < store.head) await turn()
})

it('says where it stands after 15 s of quiet', async () => {
  const { store, feed, directory } = await open()
  store.append([reading()])
  await directory.list()
  const pipe = new Pipe()
  const { reader } = feed.open({ after: 1 })
  void follow(feed, reader, null, pipe)
  await turn()
  expect(pipe.written).toEqual([])
  reader.sentAt -= 15_000
  await expect.poll(() => pipe.written.length).toBe(1)
  expect(pipe.written.toString()).toBe(`event: cursor\nid: ${store.runs[0]!.id}.1\ndata: {"head":1}\n\n`)
})

it('ends with its reader, waiting or held up', async () => {
  const { store, feed } = await open()
  const waiting = feed.open({ after: 0 }).reader
  const ended = follow(feed, waiting, null, new Pipe())
  await turn()
  feed.turns.close(waiting)
  await ended
  store.append([reading()])
  const held = feed.open({ after: 0 }).reader
  const pipe = new Pipe()
  pipe.credit = 1
  const over = follow(feed, held, null, pipe)
  while (pipe.written.length === 0) await turn()
  feed.turns.close(held)
  pipe.resume()
  await over
})

it('stops when the log is closed, without going round', async () => {
  const { store } = await open()
  store.wait = async () => false
  const { feed } = await open(store)
  await turn()
  expect(feed.delivered).toBe(0)
})
