import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { until } from '../setup/until.ts'
import { MemoryStore, reading, startServer } from './harness.ts'
import { ask } from './request.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

async function start(options: { requestMs?: number; idleMs?: number } = {}) {
  const store = new MemoryStore()
  store.append([reading()])
  const errors: unknown[] = []
  const logger = { info() {}, warn() {}, error: (details: object) => void errors.push(details) }
  const all = { anonymous: false, hosts: [], origins: [], maxStreams: 100, ...options }
  const started = await startServer(store, { options: all, logger })
  toClose.push(started.close)
  return { ...started, errors }
}

/** A socket that says what it likes, and what came back until the other side closed it. */
function raw(port: number, text: string | Buffer = '') {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  toClose.push(() => socket.destroy())
  let answer = ''
  let closed = false
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')))
  socket.on('error', () => (closed = true))
  socket.on('end', () => (closed = true))
  socket.write(text)
  const status = () => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
  return {
    socket,
    status,
    answer: () => answer,
    closed: async () => {
      await until('the server closes the connection', () => closed)
      return status()
    },
  }
}

const get = (path: string, ...headers: string[]) =>
  ['GET ', path, ' HTTP/1.1\r\nhost: localhost\r\n', ...headers.map((header) => `${header}\r\n`), '\r\n'].join('')

it('gives up on requests that never come to an end, in their head or in their body', async () => {
  const { port, errors } = await start({ requestMs: 300 })
  const post = 'PATCH /api/devices/test:one HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
  const beginnings = [
    'GET / HTTP/1.1\r\nhost: localhost\r\n',
    'GE',
    `${post}content-length: 100\r\n\r\n{`,
    `${post}transfer-encoding: chunked\r\n\r\n1\r\n{\r\n`,
  ]
  const slow = beginnings.map((text) => raw(port, text))
  const drips = setInterval(() => {
    slow[0]!.socket.write('x: y\r\n')
    slow[3]!.socket.write('1\r\n \r\n')
  }, 50)
  toClose.push(() => clearInterval(drips))
  for (const { closed } of slow) expect(await closed()).toBe(408)
  expect(slow[0]!.answer()).toContain('did not arrive within 0.3 s')
  expect(errors).toEqual([])
})

it('gives up an answer that nobody takes, and none that is still being made', async () => {
  const { port, store } = await start({ idleMs: 1000 })
  const many = Array.from({ length: 25_000 }, () => reading())
  for (let i = 0; i < 4; i++) store.append(many)
  const greedy = connect({ port, host: '127.0.0.1' }, () =>
    greedy.pause().write(get('/api/readings?limit=all&format=ndjson')),
  )
  toClose.push(() => greedy.destroy())
  const taken = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
  await until('it is answered', () => taken() === 2)
  await until('only ours is left', () => taken() === 1)
  expect(greedy.destroyed).toBe(false)
  expect((await ask({ port }, '/api/readings?limit=all&format=ndjson')).body.length).toBeGreaterThan(8_000_000)
})

it('keeps no connection of a client that does not close it after a refusal', async () => {
  const { port } = await start()
  const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
  const refused = raw(port, 'what is this\r\n\r\n')
  expect(await refused.closed()).toBe(400)
  // Ours stays half open, and says nothing more.
  await until('only ours is left', () => sockets() === 1)
  expect(refused.socket.destroyed).toBe(false)
})

it('refuses heads and bodies that are too long, and answers the next request', async () => {
  const { port } = await start()
  const large = [
    get('/', `x: ${'y'.repeat(20_000)}`),
    get(`/${'y'.repeat(20_000)}`),
    get('/', ...Array.from({ length: 3000 }, (_, i) => `x${i}: 1`)),
  ]
  for (const text of large) expect(await raw(port, text).closed()).toBe(431)
  const head = 'PATCH /api/devices/test:one HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
  const announced = raw(port, `${head}content-length: 1000000000000\r\n\r\n${' '.repeat(70_000)}`)
  expect(await announced.closed()).toBe(400)
  const endless = raw(port, `${head}transfer-encoding: chunked\r\n\r\n`)
  const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`
  const flood = setInterval(() => endless.socket.writable && endless.socket.write(chunk), 1)
  toClose.push(() => clearInterval(flood))
  await endless.closed()
  expect([400, Number.NaN]).toContain(endless.status())
  expect((await ask({ port }, '/healthz')).status).toBe(200)
})

it('leads no path out of the folder of the page', async () => {
  const { port, errors } = await start()
  const ways = ['/../../etc/passwd', '/assets/..%2f..%2fetc/passwd', '//etc/passwd', '/%2e%2e/%2e%2e/etc/passwd']
  const odd = ['/\\..\\etc', '/%00', '/%', '/%c0%ae%c0%ae/', '/api/devices/..%2f..%2fetc', '/api//devices', '/;/', '*']
  for (const path of [...ways, ...odd, 'http://evil.example/etc/passwd', '/api/devices/%E0%A4%A']) {
    const { closed, answer } = raw(port, get(path, 'connection: close'))
    const status = await closed()
    expect(status === 404 || status === 400, `${path}: ${status}`).toBe(true)
    expect(answer(), path).not.toMatch(/root:|node_modules|\.[jt]s:\d/)
  }
  expect(errors).toEqual([])
})

it('takes no request that two servers could read in two ways', async () => {
  const { port } = await start()
  const body = 'content-type: application/json\r\n'
  const ambiguous = [
    `POST /api/tokens HTTP/1.1\r\nhost: a\r\n${body}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    `POST /api/tokens HTTP/1.1\r\nhost: localhost\r\n${body}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    `POST /api/tokens HTTP/1.1\r\nhost: localhost\r\n${body}transfer-encoding: chunked, x\r\n\r\n0\r\n\r\n`,
    'GET / HTTP/1.1\r\nhost : localhost\r\n\r\n',
    'GET / HTTP/1.1\nhost: localhost\n\n',
    'GET / HTTP/1.1\r\nhost: localhost\r\n folded: x\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET /api/devices HTTP/1.1\r\nhost: localhost\r\nHost: panel.example.org\r\nconnection: close\r\n\r\n',
    'GET /api/stream HTTP/1.1\r\nhost: localhost\r\nhost: localhost\r\nconnection: close\r\n\r\n',
    'GET / HTTP/9.9\r\nhost: localhost\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ]
  for (const text of ambiguous) {
    const { closed } = raw(port, text)
    expect(await closed(), text).toBe(400)
  }
})

it('answers methods, upgrades and expectations that it does not know, and tells no one where it failed', async () => {
  const { port, store, errors } = await start()
  for (const method of ['TRACE', 'PROPFIND', 'PURGE', 'POST', 'DELETE'])
    expect((await ask({ port }, '/api/readings', { method })).status, method).toBe(405)
  expect(await raw(port, 'CONNECT localhost:22 HTTP/1.1\r\nhost: localhost\r\n\r\n').closed()).toBe(Number.NaN)
  const upgrade = raw(port, get('/healthz', 'upgrade: websocket', 'connection: upgrade, close'))
  expect(await upgrade.closed()).toBe(200)
  store.seek = () => Promise.reject(new Error('at /opt/rivulet/secret.ts:1'))
  const failed = await ask({ port }, '/api/readings?from=1h')
  expect([failed.status, failed.json()]).toEqual([
    500,
    { title: 'Internal error', status: 500, code: 'internal', detail: 'something unexpected happened; see the log' },
  ])
  expect(errors).toMatchObject([{ err: { message: 'at /opt/rivulet/secret.ts:1' } }])
})
