import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { openStore } from '../../src/log/open-store.ts'
import type { SqliteStore } from '../../src/log/sqlite-store.ts'
import type { Reading } from '../../src/reading.ts'
import type { Row } from './row.ts'

/** `BENCH_READINGS=50000000 npm run bench -- history` takes some five minutes and 5 GB of disk. */
const readingsCount = Number(process.env.BENCH_READINGS ?? 5_000_000)
const seriesCount = 200
const hour = 3_600_000
const day = 24 * hour
const start = Date.UTC(2026, 0, 1)
const end = start + 365 * day

/** What a chart waits for, on a database of a year; and what rollups add to what is written. */
export async function measure(): Promise<Row[]> {
  return [
    await addedBytes('100 readings/s over 100 series', 1000, 2),
    await addedBytes('100 series, one a minute', 60_000, 24),
    ...(await charts()),
  ]
}

async function charts(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'))
  const keep = { ageMs: Number.POSITIVE_INFINITY, minutesMs: 400 * day, bytes: 1e12 }
  const store = await openStore({ folder, keep, clock: () => end })
  try {
    await fill(store)
    const started = performance.now()
    await store.retain()
    const seconds = (performance.now() - started) / 1000
    const of = `of ${(readingsCount / 1e6).toLocaleString('en')} M over ${seriesCount} series`
    return [
      {
        name: 'rollup of a database that had none',
        figure: `${(readingsCount / seconds / 1000).toFixed(0)},000 readings/s`,
      },
      await chart(store, `the last hour ${of}`, hour, 50),
      await chart(store, `a day ${of}`, day, 50),
      await chart(store, `a week ${of}`, 7 * day, 50),
      await chart(store, `a year ${of}`, 365 * day, 100),
      await untouchedSwitch(store, `the last hour ${of}`),
    ]
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}

/** The slowest of series that nobody asked for before. */
async function chart(store: SqliteStore, name: string, range: number, most: number): Promise<Row> {
  let slowest = 0
  for (const n of [3, 77, 150, 199]) {
    const device = `bench:sensor-${n}`
    const filter = { key: device, matches: (series: { device: string }) => series.device === device }
    const started = performance.now()
    await store.history({ filter, times: { from: end - range, to: end }, points: 1000 })
    slowest = Math.max(slowest, performance.now() - started)
  }
  return {
    name: `chart: one series, ${name}`,
    figure: `${slowest.toFixed(1)} ms`,
    target: `< ${most} ms`,
    reached: slowest < most,
  }
}

/** A switch that nobody has touched since the log began: what it is now has to be found at the other end. */
async function untouchedSwitch(store: SqliteStore, name: string): Promise<Row> {
  const filter = { key: untouched.device, matches: ({ device }: { device: string }) => device === untouched.device }
  const started = performance.now()
  const [found] = await store.history({ filter, times: { from: end - hour, to: end }, points: 1000 })
  const ms = performance.now() - started
  if (found?.changes?.[0]?.value !== true) throw new Error('the switch was not found')
  return {
    name: `chart: a switch untouched for a year, ${name}`,
    figure: `${ms.toFixed(1)} ms`,
    target: '< 100 ms',
    reached: ms < 100,
  }
}

const untouched: Reading = { device: 'bench:switch', metric: 'contact', unit: null, value: true, time: start }

async function fill(store: SqliteStore): Promise<void> {
  store.append([untouched])
  const every = ((end - start) * seriesCount) / readingsCount
  for (let at = 0; at < readingsCount; at += 1000) {
    store.append(batch(at, 1000, seriesCount, every))
    if (at % 10_000 === 0) await setImmediate()
    while (store.health().saturated) await setTimeout(1)
  }
  await store.durable(store.head)
}

/** Bytes written with rollups, less those without. */
async function addedBytes(name: string, every: number, hours: number): Promise<Row> {
  const bytes = (await written(every, hours, true)) - (await written(every, hours, false))
  const each = bytes / ((hours * hour * 100) / every)
  return {
    name: `added by rollups: ${name}`,
    figure: `${each.toFixed(1)} bytes a reading`,
    target: '<= 30 bytes',
    reached: each <= 30,
  }
}

async function written(every: number, hours: number, rollups: boolean): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'))
  let now = start
  const store = await openStore({ folder, clock: () => now })
  const perHour = (hour * 100) / every
  const before = processWrites()
  for (let past = 0; past < hours; past++) {
    const size = Math.min(perHour, 1000)
    for (let at = 0; at < perHour; at += size) {
      store.append(batch(past * perHour + at, size, 100, every))
      store.commitSoon()
      await store.durable(store.head)
    }
    // An hour is written a little after it is over.
    now = start + (past + 1) * hour + 5 * 60_000
    if (rollups) await store.retain()
  }
  await store.close()
  const bytes = processWrites() - before
  await rm(folder, { recursive: true })
  return bytes
}

function batch(from: number, count: number, series: number, every: number): Reading[] {
  return Array.from({ length: count }, (_, i) => {
    const n = from + i
    return {
      device: `bench:sensor-${n % series}`,
      metric: 'temperature',
      unit: 'Cel',
      value: Math.round(200 + 50 * Math.sin(n / 5000) + (n % 7)) / 10,
      time: Math.floor(start + Math.floor(n / series) * every),
    }
  })
}

function processWrites(): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))![1])
}
