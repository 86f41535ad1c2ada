import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { pageEvents } from '../../src/feed/events.ts'
import { readingsPerPage } from '../../src/feed/pages.ts'
import { startChild as start, tell, thousands } from './child.ts'
import type { ClientOrder, ClientReport } from './fanout-clients.ts'
import type { Row } from './row.ts'

const clients = 1000
const idleStreams = 10_000

/** Offered rate while looking for the most that 1,000 clients are given: more than can be delivered. */
const floodPerSecond = 30_000
/** Half of the million readings a second that must be delivered. */
const steadyPerSecond = 500
const runMs = 4000

/** Fan-out to 1,000 streams against the same bytes to bare sockets, its latency at half the rate, and memory a stream. */
export async function measure(): Promise<Row[]> {
  return [...(await fanOut()), await idleMemory()]
}

async function fanOut(): Promise<Row[]> {
  const server = start('fanout-server')
  const audience = start('fanout-clients')
  try {
    const { port, barePort } = (await tell(server, { do: 'serve' })) as { port: number; barePort: number }
    await tell(audience, { port, count: clients, request: streamRequest('') } satisfies ClientOrder)
    const most = await delivered(server, audience, floodPerSecond)
    await quiet(audience)
    const steady = await delivered(server, audience, steadyPerSecond)
    const spread = steady.latencies.sort((a, b) => a - b)
    const p = (share: number) => spread[Math.floor(spread.length * share)] ?? Number.NaN
    const limit = await bareLimit(barePort)
    return [
      {
        name: `fan-out to ${clients} streams`,
        figure: `${thousands(most.perSecond)} readings/s`,
        limit: `${thousands(limit)} readings/s to bare sockets`,
        ratio: most.perSecond / limit,
        target: '>= 1,000,000/s',
        reached: most.perSecond >= 1_000_000,
      },
      {
        name: `its latency at ${thousands(steady.perSecond)} readings/s`,
        figure: `p50 ${p(0.5).toFixed(1)} ms, p99 ${p(0.99).toFixed(1)} ms`,
        target: 'p99 < 100 ms',
        reached: p(0.99) < 100,
      },
    ]
  } finally {
    server.disconnect()
    audience.kill()
  }

  /** The same events in pages as large as Rivulet's when it is behind, which it is at the most it can do. */
  async function bareLimit(barePort: number): Promise<number> {
    const crowd = start('fanout-clients')
    try {
      await tell(crowd, { port: barePort, count: clients, request: '' } satisfies ClientOrder)
      await tell(crowd, 'report')
      const written = (await tell(server, { do: 'bare', readingsPerWrite: readingsPerPage, ms: runMs })) as number
      return (written * 1000) / runMs
    } finally {
      crowd.kill()
    }
  }
}

/** Appends at a rate for a while; what the clients got by then counts, what is still on its way does not. */
async function delivered(server: ChildProcess, audience: ChildProcess, perSecond: number) {
  await tell(audience, 'report')
  await tell(server, { do: 'append', perSecond, ms: runMs })
  const { bytes, latencies } = (await tell(audience, 'report')) as ClientReport
  return { perSecond: (bytes / eventBytes) * (1000 / runMs), latencies: [...latencies] }
}

/** Bytes of one event, as the server of this bench sends it. */
const eventBytes = pageEvents([{ id: 'k3f9ab00', first: 1 }], 1, 0, {
  readings: [
    { seq: 100_000, device: 'bench:10', metric: 'temperature', unit: 'Cel', value: 1763805600000.125, time: 0 },
  ],
  next: 100_000,
}).length

async function quiet(audience: ChildProcess): Promise<void> {
  do await sleep(300)
  while (((await tell(audience, 'report')) as ClientReport).bytes > 0)
}

async function idleMemory(): Promise<Row> {
  const server = start('fanout-server', ['--expose-gc'])
  const audience = [start('fanout-clients'), start('fanout-clients')]
  try {
    const { port } = (await tell(server, { do: 'serve' })) as { port: number }
    const order = (count: number): ClientOrder => ({ port, count, request: streamRequest('') })
    await Promise.all(audience.map((process) => tell(process, order(100))))
    const before = (await tell(server, { do: 'memory' })) as number
    await Promise.all(audience.map((process) => tell(process, order(idleStreams / 2))))
    const after = (await tell(server, { do: 'memory' })) as number
    const each = (after - before) / idleStreams
    return {
      name: `memory with ${thousands(idleStreams)} idle streams`,
      figure: `${(each / 1024).toFixed(1)} KB a stream, ${Math.round(after / 1e6)} MB in all`,
      target: '< 20 KB a stream',
      reached: each < 20 * 1024,
    }
  } finally {
    server.disconnect()
    for (const process of audience) process.kill()
  }
}

function streamRequest(query: string): string {
  return `GET /api/stream${query} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`
}
