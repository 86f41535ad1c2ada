import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGzip, type Gzip } from 'node:zlib'
import { pageEvents } from '../../src/feed/events.ts'
import { openStore } from '../../src/log/open-store.ts'
import type { LoggedReading } from '../../src/reading.ts'
import { startServer } from '../http/harness.ts'

/** The two servers of the fan-out bench, in a process of their own: Rivulet, and bare sockets fed the same bytes. */

export type ServerOrder =
  | { readonly do: 'serve' }
  /** Appends so many readings a second for a while. */
  | { readonly do: 'append'; readonly perSecond: number; readonly ms: number }
  /** Writes pages of so many readings to bare sockets as fast as they take them. */
  | { readonly do: 'bare'; readonly readingsPerWrite: number; readonly ms: number }
  /** Sends readings as events to sockets that each have a compressor of their own, in the steady flow of 'append'. */
  | { readonly do: 'deflate'; readonly perSecond: number; readonly ms: number }
  | { readonly do: 'memory' }
  /** Microseconds of CPU since the start. */
  | { readonly do: 'cpu' }

const folder = mkdtempSync(join(tmpdir(), 'rivulet-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const store = await openStore({ folder })
const started = await startServer(store)
const bareSockets: Socket[] = []
const bare = createServer((socket) => {
  socket.on('error', () => {})
  socket.write('hello')
  bareSockets.push(socket)
}).listen(0, '127.0.0.1')

const deflating: Gzip[] = []
const deflateServer = createServer((socket) => {
  const gzip = createGzip({ level: 1 })
  socket.on('error', () => {}).once('data', () => deflating.push(gzip))
  gzip.pipe(socket)
  gzip.write('hello')
  gzip.flush()
}).listen(0, '127.0.0.1')

process.on('message', async (order: ServerOrder) => {
  if (order.do === 'serve')
    process.send!({ port: started.port, barePort: portOf(bare), deflatePort: portOf(deflateServer) })
  if (order.do === 'append') process.send!(await append(order.perSecond, order.ms))
  if (order.do === 'bare') process.send!(await writeBare(order.readingsPerWrite, order.ms))
  if (order.do === 'deflate') process.send!(await flow(order.perSecond, order.ms, deflate))
  if (order.do === 'cpu') process.send!(process.cpuUsage().user + process.cpuUsage().system)
  if (order.do === 'memory') {
    for (let i = 0; i < 4; i++) globalThis.gc?.()
    process.send!(process.memoryUsage().rss)
  }
})
process.on('disconnect', () => process.exit())

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

function moment(): number {
  return performance.timeOrigin + performance.now()
}

function reading(index: number) {
  const now = moment()
  return { device: `bench:${index % 100}`, metric: 'temperature', unit: 'Cel', value: now, time: Math.floor(now) }
}

function append(perSecond: number, ms: number): Promise<number> {
  return flow(perSecond, ms, (from, count) => {
    store.append(Array.from({ length: count }, (_, i) => reading(from + i)))
  })
}

let deflated = 0

function deflate(from: number, count: number): void {
  const readings = Array.from({ length: count }, (_, i) => ({ ...reading(from + i), seq: 1_000_000 + ++deflated }))
  const next = readings.at(-1)!.seq
  const page = Buffer.from(pageEvents([{ id: 'k3f9ab00', first: 1 }], next, next - count, { readings, next }))
  for (const gzip of deflating) {
    gzip.write(page)
    gzip.flush()
  }
}

/** A steady flow, as input is: what is due, whenever the event loop comes round. */
function flow(perSecond: number, ms: number, give: (from: number, count: number) => void): Promise<number> {
  const begun = performance.now()
  let given = 0
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min(performance.now() - begun, ms)
      const due = Math.floor((elapsed * perSecond) / 1000) - given
      if (due > 0) give(given, due)
      given += due
      if (elapsed < ms) return
      clearInterval(timer)
      resolve(given)
    }, 1)
  })
}

async function writeBare(readingsPerWrite: number, ms: number): Promise<number> {
  const until = performance.now() + ms
  let written = 0
  const ready = new Set(bareSockets)
  for (const socket of bareSockets) socket.on('drain', () => ready.add(socket))
  const runs = [{ id: 'k3f9ab00', first: 1 }]
  let seq = 1_000_000
  while (performance.now() < until) {
    const readings: LoggedReading[] = Array.from({ length: readingsPerWrite }, () => ({ ...reading(seq), seq: seq++ }))
    const page = Buffer.from(pageEvents(runs, seq, seq, { readings, next: seq }))
    for (const socket of ready) {
      if (!socket.write(page)) ready.delete(socket)
      written += readingsPerWrite
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  return written
}
