import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import { MemoryStore, reading, startServer } from './harness.ts'
import { type OpenStream, openStream, readingsOf } from './read-events.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

async function start(...args: Parameters<typeof startServer<MemoryStore>>) {
  const started = await startServer<MemoryStore>(...args)
  toClose.push(started.close)
  return {
    ...started,
    stream: async (path: string, headers?: Record<string, string>): Promise<OpenStream> => {
      const stream = await openStream(started.url + path, headers)
      toClose.push(stream.close)
      return stream
    },
    get: (path: string, init?: RequestInit) => fetch(started.url + path, init),
  }
}

it('begins with a jittered retry and a cursor at the place where reading starts, then sends what arrives', async () => {
  const { store, stream } = await start()
  store.append([reading({ value: 1 }), reading({ value: 2 })])
  const live = await stream('/api/stream')
  await live.until((events) => events.length === 1)
  store.append([reading({ value: 3 })])
  const [cursor, event] = await live.until((events) => events.length === 2)
  const run = store.runs[0]!.id
  expect(live.status).toBe(200)
  expect(live.headers.get('content-type')).toBe('text/event-stream')
  expect(live.headers.get('cache-control')).toBe('no-cache, no-transform')
  expect(live.headers.get('x-accel-buffering')).toBe('no')
  expect(live.retries[0]).toBeGreaterThanOrEqual(1000)
  expect(cursor).toEqual({ event: 'cursor', id: `${run}.2`, data: '{"head":2,"oldest":1}' })
  expect(event).toEqual({
    id: `${run}.3`,
    event: undefined,
    data: '{"seq":3,"device":"test:one","metric":"temperature","value":3,"unit":"Cel","time":"2026-11-22T10:00:00.000Z"}',
  })
})

it('continues after Last-Event-ID, which wins over the URL that an EventSource repeats', async () => {
  const { store, stream } = await start()
  store.append([1, 2, 3, 4].map((value) => reading({ value })))
  const resumed = await stream('/api/stream?after=0', { 'last-event-id': `${store.runs[0]!.id}.2` })
  const events = await resumed.until((all) => all.length === 3)
  expect(readingsOf(events).map(({ seq }) => seq)).toEqual([3, 4])
})

it('replays a long history and goes over to live without a seam', async () => {
  const { store, stream } = await start()
  store.append(Array.from({ length: 5000 }, (_, value) => reading({ value })))
  const replay = await stream('/api/stream?after=0')
  await replay.until((events) => readingsOf(events.slice(-1))[0]?.seq > 2000)
  store.append(Array.from({ length: 1000 }, (_, value) => reading({ value })))
  const events = await replay.until((all) => readingsOf(all.slice(-1))[0]?.seq === 6000)
  expect(readingsOf(events).map(({ seq }) => seq)).toEqual(Array.from({ length: 6000 }, (_, index) => index + 1))
})

it('names what retention took, and goes on at the oldest', async () => {
  const { store, stream } = await start()
  store.append([1, 2, 3, 4, 5].map((value) => reading({ value })))
  store.retain(4)
  const run = store.runs[0]!.id
  const events = await (await stream('/api/stream?after=1')).until((all) => all.length === 4)
  expect(events.map(({ event, id, data }) => [event, id, data]).slice(0, 2)).toEqual([
    ['cursor', `${run}.1`, '{"head":5,"oldest":4}'],
    ['gap', `${run}.3`, '{"from":2,"to":3,"reason":"retention"}'],
  ])
  expect(readingsOf(events).map(({ seq }) => seq)).toEqual([4, 5])
})

it('answers a Last-Event-ID that makes no sense with a gap, never with an error', async () => {
  const { store, stream } = await start()
  store.append([reading(), reading()])
  const run = store.runs[0]!.id
  for (const id of ['nonsense', 'zzzzzz.1', '99999999999999999999', '\u00e9', `${run}.1.2`]) {
    const events = await (await stream('/api/stream', { 'last-event-id': id })).until((all) => all.length === 4)
    expect(
      events.map(({ event, id }) => [event, id]),
      id,
    ).toEqual([
      ['cursor', undefined],
      ['gap', `${run}.0`],
      [undefined, `${run}.1`],
      [undefined, `${run}.2`],
    ])
    expect(events[1]!.data).toBe('{"from":1,"to":0,"reason":"epoch"}')
  }
  const ahead = await stream('/api/stream', { 'last-event-id': `${run}.7` })
  const [, gap] = await ahead.until((all) => all.length === 2)
  expect(gap).toEqual({ event: 'gap', id: `${run}.2`, data: '{"from":3,"to":7,"reason":"future"}' })
})

it('sends only what was asked for, and waits for a device that was never seen', async () => {
  const { store, stream } = await start()
  const some = await stream('/api/stream?device=a:*&device=b:2&metric=temp*&after=0')
  const one = await stream('/api/devices/c:new/stream?metric=humidity')
  const unchanneled = await stream('/api/stream?channel=&after=0')
  await one.until((events) => events.length === 1)
  store.append([
    reading({ device: 'a:1' }),
    reading({ device: 'a:2', metric: 'humidity' }),
    reading({ device: 'b:1' }),
    reading({ device: 'b:2', channel: 'out' }),
    reading({ device: 'c:new', metric: 'humidity' }),
  ])
  const seqs = async (stream: OpenStream, count: number) =>
    readingsOf(await stream.until((events) => readingsOf(events).length >= count)).map(({ seq }) => seq)
  expect(await seqs(some, 2)).toEqual([1, 4])
  expect(await seqs(one, 1)).toEqual([5])
  expect(await seqs(unchanneled, 4)).toEqual([1, 2, 3, 5])
})

it('sends by tag, and heeds tags that are changed while it is open', async () => {
  const { store, directory, stream } = await start()
  directory.seen('a:1', 'test', 'here')
  directory.seen('a:2', 'test', 'here')
  await directory.label('a:1', { tags: { floor: 1 } })
  const live = await stream('/api/stream?tag=floor:1')
  await live.until((events) => events.length === 1)
  store.append([reading({ device: 'a:1' }), reading({ device: 'a:2' })])
  await live.until((events) => readingsOf(events).length === 1)
  await directory.label('a:2', { tags: { floor: 1 } })
  store.append([reading({ device: 'a:2' })])
  expect(readingsOf(await live.until((events) => readingsOf(events).length === 2)).map(({ seq }) => seq)).toEqual([
    1, 3,
  ])
})

it('sends one event a series and interval, and with a deadband only changes', async () => {
  const { store, stream } = await start()
  const thinned = await stream('/api/stream?every=200ms')
  const changes = await stream('/api/stream?deadband=2&after=0')
  await Promise.all([thinned, changes].map(({ until }) => until((events) => events.length === 1)))
  store.append([1, 2, 3].map((value) => reading({ value })))
  const sum = (events: OpenStream['events']) => readingsOf(events).reduce((total, { count }) => total + count, 0)
  const events = readingsOf(await thinned.until((all) => sum(all) === 3))
  expect(events).toMatchObject([{ seq: 3, value: 3, min: 1, max: 3, mean: 2, count: 3 }])
  const sent = readingsOf(await changes.until((all) => readingsOf(all).length === 2))
  expect(sent.map(({ value }) => value)).toEqual([1, 3])
})

it('begins at a time, or at the last readings of every series', async () => {
  const { store, stream } = await start()
  store.append([1, 2, 3].map((value) => reading({ value, time: Date.UTC(2026, 0, value) })))
  store.append([reading({ device: 'test:two' })])
  const seqs = async (path: string, count: number) =>
    readingsOf(await (await stream(path)).until((events) => readingsOf(events).length >= count)).map(({ seq }) => seq)
  expect(await seqs('/api/stream?since=2026-01-02T01:00:00%2B01:00', 3)).toEqual([2, 3, 4])
  expect(await seqs('/api/stream?since=2026-01-02T01:00:00+01:00', 3)).toEqual([2, 3, 4])
  expect(await seqs('/api/stream?last=1', 2)).toEqual([3, 4])
  expect(await seqs('/api/stream?since=52w&device=test:two', 1)).toEqual([4])
})

it('refuses what it does not understand before a stream begins', async () => {
  const { get } = await start()
  const wrong: [path: string, detail: string][] = [
    ['/api/stream?devices=a', 'unknown parameter devices'],
    ['/api/devices/a:1/stream?device=a', 'unknown parameter device'],
    ['/api/stream?device=', 'device is given without a value'],
    ['/api/stream?metric=x&metric=', 'metric is given without a value'],
    ['/api/stream?after=x', 'after=x is not a position'],
    ['/api/stream?since=yesterday', 'since=yesterday is not a time'],
    ['/api/stream?since=2026-13-01T00:00:00Z', 'since=2026-13-01T00:00:00Z is not a time'],
    ['/api/stream?last=100001', 'last=100001 is not possible'],
    ['/api/stream?last=1&after=2', 'after and last exclude each other'],
    ['/api/stream?last=1&last=2', 'last is given 2 times'],
    ['/api/stream?tag=:1', 'tag=:1 names no tag'],
    ['/api/stream?every=1', 'every=1 is not possible'],
    ['/api/stream?every=10ms', 'every=10ms is not possible'],
    ['/api/stream?every=2d', 'every=2d is not possible'],
    ['/api/stream?deadband=0', 'deadband=0 is not possible'],
    ['/api/stream?deadband=-1', 'deadband=-1 is not possible'],
  ]
  for (const [path, detail] of wrong) {
    const response = await get(path)
    expect(response.status, path).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ status: 400, code: 'usage', detail })
  }
})

it('tells every stream that may see a device when its status changes', async () => {
  const { directory, stream } = await start()
  const all = await stream('/api/stream')
  const other = await stream('/api/stream?device=b:*')
  await Promise.all([all, other].map(({ until }) => until((events) => events.length === 1)))
  directory.setStatus('a:1', true, 'device', Date.UTC(2026, 0, 1))
  directory.setStatus('b:1', false, 'device', Date.UTC(2026, 0, 1))
  const online = '{"id":"a:1","status":"online","time":"2026-01-01T00:00:00.000Z","name":"1","tags":{},"hidden":false}'
  const offline =
    '{"id":"b:1","status":"offline","time":"2026-01-01T00:00:00.000Z","name":"1","tags":{},"hidden":false}'
  await Promise.all([all.until(() => all.statuses.length === 2), other.until(() => other.statuses.length === 1)])
  expect(all.statuses.map(({ data }) => data)).toEqual([online, offline])
  expect(other.statuses.map(({ data }) => data)).toEqual([offline])
})

it('sends clients away with status 200 and a retry when there are too many', async () => {
  const { stream, server } = await start(new MemoryStore(), {
    options: { anonymous: false, hosts: [], origins: [], maxStreams: 1 },
  })
  const first = await stream('/api/stream')
  const second = await stream('/api/stream')
  await second.ended
  expect([second.status, second.headers.get('content-type'), second.events]).toEqual([200, 'text/event-stream', []])
  expect(second.retries[0]).toBeGreaterThanOrEqual(5000)
  await server.close()
  await first.ended
  expect(first.retries).toHaveLength(2)
})

it('keeps nothing for a client that does not read, and gives it everything when it does', async () => {
  const { store, stream, port, get } = await start()
  const total = 100_000
  // More than fits into the buffers of the operating system: 15 MB.
  const slow = connect(port, '127.0.0.1')
  toClose.push(() => slow.destroy())
  slow.pause()
  slow.write('GET /api/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const fast = await stream('/api/stream?after=0')
  store.append(Array.from({ length: total }, (_, value) => reading({ value })))
  await fast.until((events) => events.length > total)
  const delivered = async () =>
    Number(/^rivulet_delivered_readings_total (\d+)$/m.exec(await (await get('/metrics')).text())![1])
  expect(await delivered()).toBeLessThan(total * 1.7)
  let count = 0
  let tail = ''
  await new Promise<void>((resolve) => {
    slow.setEncoding('latin1').on('data', (text: string) => {
      const all = tail + text
      const complete = all.lastIndexOf('\n\n')
      tail = complete < 0 ? all : all.slice(complete)
      for (const [, seq] of all.slice(0, Math.max(0, complete)).matchAll(/^data: \{"seq":(\d+)/gm)) {
        if (Number(seq) !== ++count) throw new Error(`${seq} came as number ${count}`)
      }
      if (count === total) resolve()
    })
    slow.resume()
  })
  expect(await delivered()).toBe(2 * total)
})

it('asks to come back when a token cannot be checked now or the log cannot be read, which may be over in a moment', async () => {
  const store = new MemoryStore()
  const { stream, tokens, get } = await start(store)
  const { token } = await tokens.create({})
  const authorization = `Bearer ${token}`
  store.seek = () => Promise.reject(new Error('disk I/O error'))
  tokens.verify = () => Promise.reject(new GatewayError('unavailable', 'too many tokens are being checked'))
  for (const [path, headers] of [
    ['/api/stream', { authorization }],
    ['/api/stream?since=1h', undefined],
  ] as const) {
    const away = await stream(path, headers)
    await away.ended
    expect([away.status, away.headers.get('content-type'), away.events]).toEqual([200, 'text/event-stream', []])
    expect(away.retries[0]).toBeGreaterThanOrEqual(5000)
  }
  expect((await get('/api/devices', { headers: { authorization } })).status).toBe(503)
})
