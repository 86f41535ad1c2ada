import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { afterEach, expect, it } from 'vitest'
import { asksForGzip } from '../../src/http/connection.ts'
import { until } from '../setup/until.ts'
import { MemoryStore, reading, startServer } from './harness.ts'
import { openStream, readingsOf } from './read-events.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

async function start(options: { stalledMs?: number; origins?: string[] } = {}) {
  const limits = { anonymous: false, hosts: [], origins: [], maxStreams: 10, ...options }
  const started = await startServer(new MemoryStore(), { options: limits })
  toClose.push(started.close)
  return started
}

const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

/** A stream as it travels, and its bytes once it has ended. */
async function raw(port: number, path: string, headers: Record<string, string>) {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    get({ port, host: '127.0.0.1', path, headers }, resolve).on('error', reject),
  )
  toClose.push(() => response.destroy())
  const chunks: Buffer[] = []
  response.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise<Buffer>((resolve) => response.once('end', () => resolve(Buffer.concat(chunks))))
  return { response, chunks, ended }
}

async function streamsOpen(url: string): Promise<number> {
  return Number(/^rivulet_streams (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())![1])
}

it('compresses for who asks for it, and for nobody else', () => {
  const yes = ['gzip', 'gzip, deflate, br, zstd', 'GZIP;q=0.5', 'x-gzip', 'identity;q=0.2, gzip;q=0.3']
  const no = [undefined, '', 'identity', '*', 'deflate, br', 'gzip;q=0', 'gzip; q=0.2, identity', 'gzip;q=x']
  expect(yes.map(asksForGzip)).toEqual(yes.map(() => true))
  expect(no.map(asksForGzip)).toEqual(no.map(() => false))
})

it('sends the same events compressed, at once, and a stream that is whole when the gateway ends it', async () => {
  const { store, port, url, server } = await start({ origins: ['http://elsewhere.example'] })
  const headers = { 'accept-encoding': 'gzip', origin: 'http://elsewhere.example' }
  const [zipped, plain] = [
    await raw(port, '/api/stream?after=0', headers),
    await raw(port, '/api/stream?after=0', { 'accept-encoding': 'identity' }),
  ]
  const decoded = await openStream(`${url}/api/stream?after=0`)
  toClose.push(decoded.close)
  expect(zipped.response.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Origin, Accept-Encoding' })
  expect(plain.response.headers).not.toHaveProperty('content-encoding')
  for (let value = 0; value < 5; value++) {
    store.append([reading({ value })])
    await decoded.until((events) => readingsOf(events).length === value + 1)
  }
  store.append(Array.from({ length: 2000 }, (_, value) => reading({ value })))
  await decoded.until((events) => readingsOf(events).length === 2005)
  await server.close()
  const withoutRetry = (bytes: Buffer) => bytes.toString().replaceAll(/^retry: \d+$/gm, '')
  const sent = await zipped.ended
  expect(withoutRetry(gunzipSync(sent))).toBe(withoutRetry(await plain.ended))
  expect(sent.length).toBeLessThan((await plain.ended).length / 6)
})

it('closes a stream that takes nothing for too long, and lets one that reads go on', async () => {
  const { store, port, url } = await start({ stalledMs: 1500 })
  const stuck = connect(port, '127.0.0.1')
  toClose.push(() => stuck.destroy())
  stuck.pause()
  stuck.on('error', () => {})
  stuck.write(request('/healthz') + request('/api/stream?after=0'))
  const reader = await openStream(`${url}/api/stream`)
  toClose.push(reader.close)
  const streams = () => streamsOpen(url)
  await until('both are open', async () => (await streams()) === 2)
  store.append(Array.from({ length: 100_000 }, (_, value) => reading({ value })))
  await until('the stuck one is closed', async () => {
    store.append([reading()])
    return (await streams()) === 1
  })
  const { head } = store
  await reader.until((events) => readingsOf(events.slice(-1))[0]?.seq >= head)
})

it('answers a stream that was asked for ahead of its turn, behind another answer on the same connection', async () => {
  const { store, port } = await start()
  const socket = connect(port, '127.0.0.1')
  toClose.push(() => socket.destroy())
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.write(request('/api/devices') + request('/api/stream'))
  await until('the stream begins', () => text.includes('event: cursor'))
  store.append([reading({ value: 7 })])
  await until('it goes on', () => text.includes('"value":7'))
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  expect(text.indexOf('application/json')).toBeLessThan(text.indexOf('text/event-stream'))
})

it('begins with nothing behind a stream, and keeps nothing of it once the connection is gone', async () => {
  const { port, url } = await start()
  const socket = connect(port, '127.0.0.1')
  toClose.push(() => socket.destroy())
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
  socket.write(request('/api/stream').repeat(8) + request('/healthz'))
  await until('the first begins', () => text.includes('event: cursor'))
  expect(await streamsOpen(url)).toBe(1)
  socket.destroy()
  await until('none is left', async () => (await streamsOpen(url)) === 0)
  expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
})

it('does one request of a connection after the other, and takes only so many ahead', async () => {
  const { store, port } = await start()
  let [running, most] = [0, 0]
  store.history = async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return []
  }
  const pipeline = (requests: number) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request('/api/history').repeat(requests)))
    toClose.push(() => socket.destroy())
    const seen = { text: '', closed: false }
    socket.on('data', (chunk: Buffer) => (seen.text += chunk.toString()))
    socket.on('error', () => {}).on('close', () => (seen.closed = true))
    return seen
  }
  const few = pipeline(10)
  await until('all are answered', () => few.text.match(/"series"/g)?.length === 10)
  expect(most).toBe(1)
  const many = pipeline(1000)
  await until('the connection is closed', () => many.closed)
})
