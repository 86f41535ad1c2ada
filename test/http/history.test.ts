import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openStore } from '../../src/log/open-store.ts'
import type { SqliteStore } from '../../src/log/sqlite-store.ts'
import { reading, startServer } from './harness.ts'
import { ask } from './request.ts'

const start = Date.UTC(2026, 0, 5)
const minute = 60_000
let folder: string
let started: Awaited<ReturnType<typeof startServer<SqliteStore>>>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rivulet-history-'))
  const store = await openStore({ folder })
  started = await startServer(store)
  await store.durable(
    store.append([
      ...[20, 30, 1000].map((value, i) => reading({ value, time: start + i * 10_000 })),
      reading({ value: 21.5, time: start + 5 * minute }),
      reading({ device: 'test:two', channel: 'a', value: 5, time: start }),
      reading({ metric: 'open', unit: null, value: true, time: start + minute, quality: 'stale' }),
      reading({ device: 'test:three', channel: 'b', value: 6, time: start, quality: 'suspect' }),
    ]),
  )
})
afterAll(async () => {
  await started.close()
  await started.store.close()
  await rm(folder, { recursive: true })
})

const get = (parameters: string, headers: Record<string, string> = {}) =>
  ask(started, `/api/history?${parameters}`, { headers })
const day = 'from=2026-01-05T00:00:00Z&to=2026-01-06T00:00:00Z'

it('sums up by the resolution that the range and the points ask for, and keeps extremes and gaps', async () => {
  const answer = await get(`${day}&points=1440&device=test:one&metric=temperature`)
  expect(answer.status, answer.body).toBe(200)
  expect(answer.headers['content-type']).toMatch(/^application\/json/)
  expect(answer.json()).toEqual({
    series: [
      {
        device: 'test:one',
        metric: 'temperature',
        unit: 'Cel',
        resolution: minute,
        buckets: [
          { time: '2026-01-05T00:00:00.000Z', min: 20, max: 1000, mean: 350, count: 3 },
          { time: '2026-01-05T00:05:00.000Z', min: 21.5, max: 21.5, mean: 21.5, count: 1 },
        ],
      },
    ],
  })
})

it('tells changes where the values are no numbers, and names the channel', async () => {
  expect((await get(`${day}&metric=open&points=1440`)).json()).toMatchObject({
    series: [{ metric: 'open', unit: null, changes: [{ time: '2026-01-05T00:01:00.000Z', value: true }] }],
  })
  expect((await get(`${day}&channel=a`)).json()).toMatchObject({ series: [{ device: 'test:two', channel: 'a' }] })
  const minutes = 'from=2026-01-05T00:00:00Z&to=2026-01-05T00:02:00Z'
  expect((await get(`${minutes}&metric=open`)).json()).toMatchObject({
    series: [{ changes: [{ time: '2026-01-05T00:01:00.000Z', value: true, quality: 'stale' }] }],
  })
  expect((await get(`${minutes}&channel=b`)).json()).toMatchObject({
    series: [{ buckets: [{ time: '2026-01-05T00:00:00.000Z', min: 6, quality: 'suspect' }] }],
  })
  expect((await get(`${day}&device=nobody`)).json()).toEqual({ series: [] })
})

it('shows a token only the devices that it may read', async () => {
  const { token } = await started.tokens.create({ read: ['test:two'] })
  const answer = await get(day, { authorization: `Bearer ${token}` })
  expect((answer.json() as { series: { device: string }[] }).series.map(({ device }) => device)).toEqual(['test:two'])
})

it.each([
  ['from=2026-01-05T00:00:00Z&to=2026-01-05T00:00:00Z', 'from is not before to'],
  ['from=1900-01-05T00:00:00Z', 'the range is longer than 50 years'],
  ['points=0', 'points=0 is not possible'],
  ['limit=7', 'unknown parameter limit'],
])('refuses %s', async (parameters, detail) => {
  const answer = await get(parameters)
  expect(answer.status).toBe(400)
  expect(answer.json()).toMatchObject({ detail })
})
