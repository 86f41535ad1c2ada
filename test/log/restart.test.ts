import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { expectBlocksAreRight } from './block-check.ts'
import { numbers, readAll } from './contract.ts'
import { devices, reading, readings } from './sample.ts'
import { useStores } from './stores.ts'

const place = useStores()

it('goes on without a hole after a clean stop', async () => {
  const first = await place.open()
  first.append(readings(7))
  expect(await first.close()).toBe(7)

  const second = await place.open()
  expect(second).toMatchObject({ head: 7, durableHead: 7, floor: 1 })
  expect(second.append(readings(1))).toBe(8)
  expect(second.runs).toEqual([first.runs[0], { id: expect.stringMatching(/^[a-z0-9]+$/), first: 8 }])
  expect(second.runs[1]!.id).not.toBe(first.runs[0]!.id)
  expect(numbers(await second.read(0, null, 100))).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect((await readAll(second, 0, null)).read).toHaveLength(8)
})

it('knows a run in which nothing was appended', async () => {
  for (let i = 0; i < 3; i++) await (await place.open()).close()
  const store = await place.open()
  expect(store.runs.map(({ first }) => first)).toEqual([1, 1, 1, 1])
})

it('knows whether the run before was closed', async () => {
  const first = await place.open()
  expect(first.health().leftOpen).toBe(false)
  await first.close()
  await killedWriter(place.folder)
  const killed = await place.open()
  expect(killed.health().leftOpen).toBe(true)
  // Nothing is appended in this run, behind the hole that the killed one has left.
  await killed.close()
  const empty = await place.open()
  expect(empty.health().leftOpen).toBe(false)
  await empty.dropBelow(empty.head + 1)
  await empty.close()
  expect((await place.open()).health().leftOpen).toBe(false)
})

it('forgets the oldest runs of which nothing is kept, once there are many', async () => {
  const first = await place.open()
  first.append(readings(3))
  await first.close()
  const db = new Database(place.file)
  const add = db.prepare('INSERT INTO run (id, first) VALUES (?, 4)')
  for (let i = 0; i < 1500; i++) add.run(`x${i}`)
  db.close()
  const second = await place.open()
  expect(second.runs.map(({ id }) => id).slice(0, 2)).toEqual([first.runs[0]!.id, 'x500'])
  expect(second.runs).toHaveLength(1002)
  await second.dropBelow(4)
  await second.close()
  const third = await place.open()
  expect(third.runs[0]!.id).toBe('x501')
})

it('loses nothing that was durable, and never gives a number twice, when it is killed', async () => {
  let shown = 0
  for (let round = 0; round < 3; round++) {
    const { durable, head, first } = await killedWriter(place.folder)
    expect(first).toBeGreaterThan(shown)
    expect(head).toBeGreaterThanOrEqual(durable)
    shown = head

    const store = await place.open()
    expect(store.head).toBeGreaterThanOrEqual(head)
    const { read } = await readAll(store, first - 1, null)
    const last = read.at(-1)!.seq
    expect(last).toBeGreaterThanOrEqual(durable)
    expect(read).toEqual(
      Array.from({ length: last - first + 1 }, (_, i) => ({
        ...reading({ device: `test:${(first + i) % 7}`, value: first + i, time: first + i }),
        seq: first + i,
      })),
    )
    // The blocks that the crash left open are found again.
    expect(await store.seek(last)).toBe(last - 1)
    expect(await store.seekLast(1, devices(`test:${last % 7}`))).toBe(last - 1)
    await store.close()
    expectBlocksAreRight(place.file)
  }
})

it('reads on over the hole that a crash left, and calls it no loss', async () => {
  const before = await place.open()
  await before.durable(before.append(readings(3)))
  const crashed = join(place.folder, 'crashed')
  await mkdir(crashed)
  // What a power cut at this moment leaves.
  for (const end of ['', '-wal']) await copyFile(`${place.file}${end}`, join(crashed, `rivulet.db${end}`))

  const after = await place.open({ folder: crashed })
  expect(after.head).toBe(1_000_000)
  expect(after.floor).toBe(1)
  expect(await after.read(3, null, 10)).toEqual({ readings: [], next: 1_000_000 })
  expect(await after.read(7, devices('test:none'), 10)).toEqual({ readings: [], next: 1_000_000 })
  after.append(readings(2))
  const { read } = await readAll(after, 0, null)
  expect(read.map(({ seq }) => seq)).toEqual([1, 2, 3, 1_000_001, 1_000_002])
  expect(await after.seekLast(100, null)).toBe(0)
  await after.close()
  expect((await place.open({ folder: crashed })).head).toBe(1_000_002)
})

it('keeps records and rejected messages', async () => {
  const first = await place.open()
  first.records.put('names', 'a', '"Attic"')
  first.records.put('names', 'b', '"Barn"')
  first.records.put('names', 'a', '"Roof"')
  first.records.put('tags', 'a', '{}')
  first.records.delete('names', 'b')
  first.quarantine.add(rejected('one'))
  await first.close()

  const second = await place.open()
  expect([...second.records.all('names')]).toEqual([['a', '"Roof"']])
  expect(second.records.get('tags', 'a')).toBe('{}')
  expect(await second.quarantine.list({ limit: 10 })).toEqual([{ ...rejected('one'), id: 1 }])
  second.quarantine.add(rejected('two'))
  second.records.delete('tags', 'a')
  await second.close()

  const third = await place.open()
  expect(third.records.get('tags', 'a')).toBeUndefined()
  expect((await third.quarantine.list({ limit: 10 })).map(({ id, subject }) => [id, subject])).toEqual([
    [2, 'two'],
    [1, 'one'],
  ])
})

function rejected(subject: string) {
  const payload = Uint8Array.from([123, 34])
  return { time: 1, source: 'broker', subject, reason: 'json_syntax', where: 'message', payload }
}

/** A process that appends until it is killed: the last numbers it saw given and on disk. */
async function killedWriter(folder: string): Promise<{ first: number; head: number; durable: number }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', writer, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const seen = { first: 0, head: 0, durable: 0 }
  for await (const line of createInterface(child.stdout)) {
    const [name, number] = line.split(' ') as ['first' | 'head' | 'durable', string]
    seen[name] = Number(number)
    if (name === 'durable' && seen.durable > seen.first + 10_000) child.kill('SIGKILL')
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return seen
}

const writer = `
import { writeSync } from 'node:fs'
import { openStore } from ${JSON.stringify(new URL('../../dist/src/log/open-store.js', import.meta.url).href)}
const store = await openStore({ folder: process.argv[1], commit: { readings: 500 } })
// Written at once, so that what was seen before the kill is what the other side has read.
const say = (name, number) => writeSync(1, name + ' ' + number + '\\n')
say('first', store.head + 1)
for (;;) {
  for (let i = 0; i < 100; i++) {
    const n = store.head + 1
    store.append([{ device: 'test:' + (n % 7), metric: 'temperature', unit: 'Cel', value: n, time: n }])
  }
  const { head } = store
  say('head', head)
  if (Math.random() < 0.1) store.durable(head).then(() => say('durable', head))
  await new Promise((resolve) => setTimeout(resolve, 1))
}
`
