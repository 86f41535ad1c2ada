import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { openStore } from '../../src/log/open-store.ts'
import type { SqliteStore } from '../../src/log/sqlite-store.ts'
import type { Reading } from '../../src/reading.ts'
import type { Row } from './row.ts'

const seriesCount = 100
const pageReadings = 512

/** The log alone, without input and output: what the rest of the program can at most reach. */
export async function measure(): Promise<Row[]> {
  // Before there is another store, whose checkpoints would be counted too.
  const bytes = await writtenBytes()
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'))
  const store = await openStore({ folder })
  try {
    const appended = await append(store, 1_000_000)
    const bare = bareSelect(join(folder, 'rivulet.db'))
    return [
      appended.row,
      commitRow(appended.committedPerSecond),
      bytes,
      await replay(store, bare, null),
      await ring(store),
      ...(await lookUps(store)),
    ]
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}

/** Time on the main thread for a reading, at 100,000 readings/s in messages of ten; and how fast the disk follows. */
async function append(store: SqliteStore, count: number) {
  const messages = batches(count, 10)
  let spent = 0
  const started = performance.now()
  for (let at = 0; at < messages.length; ) {
    const from = performance.now()
    for (const end = Math.min(messages.length, at + 100); at < end; at++) store.append(messages[at]!)
    spent += performance.now() - from
    await setImmediate()
    while (store.health().saturated) await setTimeout(1)
  }
  await store.durable(store.head)
  const seconds = (performance.now() - started) / 1000
  const perReading = (spent * 1000) / count
  return {
    row: {
      name: 'append, main thread',
      figure: `${perReading.toFixed(2)} µs a reading`,
      target: '< 1.5 µs',
      reached: perReading < 1.5,
    },
    committedPerSecond: count / seconds,
  }
}

function commitRow(perSecond: number): Row {
  return { name: 'append to durable', figure: `${thousands(perSecond)} readings/s` }
}

/** Bytes written at 100 readings/s in commits of 100, to the last checkpoint, without waiting for the seconds to pass. */
async function writtenBytes(): Promise<Row> {
  const count = 60_000
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'))
  const before = processWrites()
  const store = await openStore({ folder })
  for (const batch of batches(count, 100)) {
    store.append(batch)
    store.commitSoon()
    await store.durable(store.head)
  }
  await store.close()
  const perReading = (processWrites() - before) / count
  await rm(folder, { recursive: true })
  return {
    name: 'written to disk, 100 readings a commit',
    figure: `${perReading.toFixed(0)} bytes a reading`,
    target: '<= 300',
    reached: perReading <= 300,
  }
}

async function replay(store: SqliteStore, bare: number, filter: null): Promise<Row> {
  const to = store.head - 100_000
  let after = store.floor - 1
  let read = 0
  const started = performance.now()
  while (after < to) {
    const page = await store.read(after, filter, pageReadings)
    read += page.readings.length
    after = page.next
  }
  const perSecond = (read * 1000) / (performance.now() - started)
  return {
    name: `pages of ${pageReadings} from disk`,
    figure: `${thousands(perSecond)} readings/s`,
    limit: `${thousands(bare)} bare SELECT`,
    ratio: perSecond / bare,
    target: '>= 600,000/s',
    reached: perSecond >= 600_000,
  }
}

async function ring(store: SqliteStore): Promise<Row> {
  let read = 0
  const started = performance.now()
  for (let round = 0; round < 10; round++)
    for (let after = store.head - 60_000; after < store.head; ) {
      const page = await store.read(after, null, pageReadings)
      read += page.readings.length
      after = page.next
    }
  return {
    name: `pages of ${pageReadings} from memory`,
    figure: `${thousands((read * 1000) / (performance.now() - started))} readings/s`,
  }
}

async function lookUps(store: SqliteStore): Promise<Row[]> {
  const middle = 1_700_000_000_000 + 500_000
  return [
    await timed('seek to a time', () => store.seek(middle)),
    await timed('last 100 of every series', () => store.seekLast(100, null)),
    await timed('last 5,000 of every series', () => store.seekLast(5000, null)),
    await timed('latest of every series', () => store.latest()),
  ]
}

async function timed(name: string, act: () => Promise<unknown>): Promise<Row> {
  const started = performance.now()
  await act()
  return { name, figure: `${(performance.now() - started).toFixed(1)} ms` }
}

/** Readings a second that SQLite gives to a loop that does nothing with them. */
function bareSelect(file: string): number {
  const db = new Database(file, { readonly: true })
  const started = performance.now()
  let count = 0
  for (const _ of db.prepare('SELECT seq, series, time, value, flags FROM reading LIMIT 500000').raw().iterate())
    count++
  const perSecond = (count * 1000) / (performance.now() - started)
  db.close()
  return perSecond
}

/** As decoders make them: new objects, new strings. */
function batches(count: number, size: number): Reading[][] {
  return Array.from({ length: count / size }, (_, batch) =>
    Array.from({ length: size }, (_, i) => {
      const n = batch * size + i
      return {
        device: `bench:sensor-${n % seriesCount}`,
        metric: 'temperature',
        unit: 'Cel',
        value: 20 + (n % 1000) / 10,
        time: 1_700_000_000_000 + n,
      }
    }),
  )
}

function processWrites(): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))![1])
}

function thousands(figure: number): string {
  return Math.round(figure).toLocaleString('en')
}
