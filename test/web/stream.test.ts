import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EventSource } from 'eventsource'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import { followStream, type Stream } from '../../web/stream.ts'
import { patienceMs } from '../setup/patience.ts'

type Answer = (res: ServerResponse, position: string | undefined, req: IncomingMessage) => void

/** For how long `waitUntil` waits, a second unless told otherwise. */
const patient = { timeout: patienceMs }

let server: Server | undefined
let stream: Stream | undefined

beforeAll(() => {
  vi.stubGlobal('EventSource', EventSource)
})

afterEach(() => {
  stream?.close()
  server?.closeAllConnections()
  server?.close()
})

it('goes on after the last reading when the gateway comes back', async () => {
  const asked: (string | undefined)[] = []
  const log = await follow((res, position) => {
    asked.push(position)
    begin(res, position ?? 'run.10', 12)
    if (asked.length === 1) {
      send(res, 11)
      res.end()
    } else send(res, 12)
  })
  await vi.waitUntil(() => log.includes('reading 12'), patient)
  expect(asked).toEqual([undefined, 'run.11'])
  expect(log).toEqual([
    'catching-up',
    'fresh',
    'reading 11',
    'reconnecting',
    'catching-up',
    'resumed',
    'live',
    'reading 12',
  ])
})

it('comes back to where it was after an error that closes an EventSource for good', async () => {
  const asked: (string | undefined)[] = []
  const log = await follow((res, position) => {
    asked.push(position)
    if (asked.length === 2) {
      res.writeHead(502).end()
      return
    }
    begin(res, position ?? 'run.10', 11)
    send(res, asked.length === 1 ? 11 : 12)
    if (asked.length === 1) res.end()
  })
  await vi.waitUntil(() => log.includes('reading 12'), patient)
  expect(asked).toEqual([undefined, 'run.11', 'run.11'])
  expect(log).toContain('refused')
  expect(log.filter((entry) => entry === 'fresh')).toHaveLength(1)
})

it('starts afresh instead of replaying a whole night', async () => {
  const asked: (string | undefined)[] = []
  const log = await follow((res, position) => {
    asked.push(position)
    begin(res, position ?? `run.${asked.length * 100_000}`, asked.length * 100_000)
    if (asked.length === 1) res.end()
  })
  await vi.waitUntil(() => log.filter((entry) => entry === 'fresh').length === 2, patient)
  expect(asked).toEqual([undefined, 'run.100000', undefined])
})

it('starts afresh on another log, whose numbers say nothing about those known', async () => {
  let connections = 0
  const log = await follow((res, position) => {
    connections++
    if (connections === 2) {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write('retry: 10\n\nevent: cursor\ndata: {"head":3,"oldest":1}\n\n')
      res.write('event: gap\nid: new.0\ndata: {"from":1,"to":0,"reason":"epoch"}\n\n')
      send(res, 1, 'new')
      return
    }
    begin(res, connections === 1 ? 'old.500' : 'new.3', connections === 1 ? 500 : 3)
    expect(position).toBe(undefined)
    if (connections === 1) res.end()
  })
  await vi.waitUntil(() => log.filter((entry) => entry === 'fresh').length === 2, patient)
  expect(log).not.toContain('gap 0')
  expect(log.at(-1)).toBe('fresh')
})

it('tells of readings that are gone, and of devices', async () => {
  const log = await follow((res) => {
    begin(res, 'run.1', 9)
    res.write('event: gap\nid: run.8\ndata: {"from":2,"to":8,"reason":"retention"}\n\n')
    res.write('event: device\ndata: {"id":"d:1","status":"offline"}\n\n')
    send(res, 9)
  })
  await vi.waitUntil(() => log.includes('reading 9'), patient)
  expect(log).toEqual(['catching-up', 'fresh', 'gap 8', 'device offline', 'live', 'reading 9'])
})

it('opens another connection when asked to check one that is not there', async () => {
  let connections = 0
  const log = await follow((res, position) => {
    connections++
    if (connections === 1) begin(res, 'run.5', 5)
    // The second one hangs, as behind a network that went away.
    if (connections === 3) begin(res, position ?? 'none', 5)
  })
  await vi.waitUntil(() => log.includes('live'), patient)
  server!.closeAllConnections()
  await vi.waitUntil(() => connections === 2, patient)
  expect(log.at(-1)).toBe('reconnecting')
  // However often it is asked, it does not give up an attempt that has just begun.
  await vi.waitUntil(() => {
    stream!.check()
    return log.at(-1) === 'resumed'
  }, patient)
  expect(connections).toBe(3)
})

/** Serves a stream with the given answers, follows it, and notes what happens in words. */
async function follow(answer: Answer): Promise<string[]> {
  server = createServer((req, res) => {
    const after = new URL(req.url ?? '', 'http://gateway').searchParams.get('after')
    answer(res, (req.headers['last-event-id'] as string | undefined) ?? after ?? undefined, req)
  })
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve))
  const log: string[] = []
  stream = followStream(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/stream`, {
    fresh: () => log.push('fresh'),
    resumed: () => log.push('resumed'),
    reading: ({ seq }) => log.push(`reading ${seq}`),
    gap: ({ to }) => log.push(`gap ${to}`),
    device: ({ status }) => log.push(`device ${status}`),
    state: (state) => log.push(state),
    refused: () => log.push('refused'),
  })
  return log
}

function begin(res: ServerResponse, position: string, head: number): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  res.write(`retry: 10\n\nevent: cursor\nid: ${position}\ndata: {"head":${head},"oldest":1}\n\n`)
}

function send(res: ServerResponse, seq: number, run = 'run'): void {
  const reading = {
    seq,
    device: 'd:1',
    metric: 'temperature',
    value: seq,
    unit: 'Cel',
    time: '2026-11-22T10:00:00.000Z',
  }
  res.write(`id: ${run}.${seq}\ndata: ${JSON.stringify(reading)}\n\n`)
}
