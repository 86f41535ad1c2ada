import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  | { readonly do: 'memory' }

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

process.on('message', async (order: ServerOrder) => {
  if (order.do === 'serve') process.send!({ port: started.port, barePort: (bare.address() as { port: number }).port })
  if (order.do === 'append') process.send!(await append(order.perSecond, order.ms))
  if (order.do === 'bare') process.send!(await writeBare(order.readingsPerWrite, order.ms))
  if (order.do === 'memory') {
    for (let i = 0; i < 4; i++) globalThis.gc?.()
    process.send!(process.memoryUsage().rss)
  }
})
process.on('disconnect', () => process.exit())

function moment(): number {
  return performance.timeOrigin + performance.now()
}

function reading(index: number) {
  const now = moment()
  return { device: `bench:${index % 100}`, metric: 'temperature', unit: 'Cel', value: now, time: Math.floor(now) }
}

/** Appends in a steady flow, as input does: what is due, whenever the event loop comes round. */
function append(perSecond: number, ms: number): Promise<number> {
  const begun = performance.now()
  let appended = 0
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const elapsed = Math.min(performance.now() - begun, ms)
      const due = Math.floor((elapsed * perSecond) / 1000) - appended
      if (due > 0) store.append(Array.from({ length: due }, (_, i) => reading(appended + i)))
      appended += due
      if (elapsed < ms) return
      clearInterval(timer)
      resolve(appended)
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
