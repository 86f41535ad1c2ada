import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { GatewayError } from '../../src/errors.ts'
import * as shapes from '../../src/http/shapes.ts'
import { MemoryStore, reading, startServer } from './harness.ts'
import { ask } from './request.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

async function start(...args: Parameters<typeof startServer>) {
  const started = await startServer(...args)
  toClose.push(started.close)
  return started
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'rivulet-'))
  toClose.push(() => rmSync(path, { recursive: true }))
  return path
}

/** Sends bytes that no HTTP library would, and gives everything that comes back. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text
    })
    socket.on('error', reject).on('close', () => resolve(answer))
  })
}

it('serves the built page with a policy that allows nothing from elsewhere', async () => {
  const pageFolder = folder()
  mkdirSync(join(pageFolder, 'assets'))
  writeFileSync(join(pageFolder, 'index.html'), '<!doctype html><title>Rivulet</title>')
  writeFileSync(join(pageFolder, 'assets', 'main-1a2b3c.js'), 'x'.repeat(5000))
  const server = await start(new MemoryStore(), { pageFolder })
  const page = await ask(server, '/')
  expect([page.status, page.body]).toEqual([200, '<!doctype html><title>Rivulet</title>'])
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
  })
  const policy = page.headers['content-security-policy']
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  expect((await ask(server, '/', { headers: { 'if-none-match': page.headers.etag! } })).status).toBe(304)
  expect((await ask(server, '/', { method: 'HEAD' })).status).toBe(200)
  const script = await ask(server, '/assets/main-1a2b3c.js', { headers: { 'accept-encoding': 'gzip' } })
  expect(script.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'gzip',
  })
  // fetch asks for gzip and unpacks it.
  expect(await (await fetch(`${server.url}/assets/main-1a2b3c.js`)).text()).toBe('x'.repeat(5000))
})

it('gives out nothing but the page, whatever the path', async () => {
  const parent = folder()
  writeFileSync(join(parent, 'secret.txt'), 'secret')
  const pageFolder = join(parent, 'web')
  mkdirSync(pageFolder)
  writeFileSync(join(pageFolder, 'index.html'), 'page')
  const server = await start(new MemoryStore(), { pageFolder })
  const paths = [
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/..\\secret.txt',
    '/index.html/../../secret.txt',
    '//secret.txt',
    '/%00',
    '/%',
    '/%E0%A4%A',
    '/api/devices/%E0%A4%A',
    '/api/devices/%E0%A4%A/stream',
    '/api/devices/..%2f..%2fsecret.txt',
    '/constructor',
    '/__proto__',
  ]
  for (const path of paths) {
    const answer = await ask(server, path)
    expect([400, 404], path).toContain(answer.status)
    expect(answer.headers['content-type'], path).toBe('application/problem+json')
    expect(answer.body, path).not.toMatch(/secret\n|\bat .*\.ts|node:/)
  }
})

it('says what to do when the page was not built', async () => {
  const server = await start()
  expect((await ask(server, '/')).json()).toMatchObject({ status: 404, hint: 'run npm run build' })
})

it('answers every failure with problem details, and never shows the inside of an unexpected one', async () => {
  const logged: object[] = []
  const logger = { info() {}, warn() {}, error: (details: object) => logged.push(details) }
  const store = new MemoryStore()
  const server = await start(store, { logger })
  const problems: [method: string, path: string, problem: object][] = [
    ['GET', '/nothing', { status: 404, code: 'not-found', title: 'Not found' }],
    ['GET', '/api/devices/a:1', { status: 404, code: 'not-found', detail: 'no device a:1 has been seen' }],
    ['POST', '/api/devices', { status: 405, code: 'usage', hint: 'use HEAD, GET' }],
    ['DELETE', '/api/stream', { status: 405, hint: 'use HEAD, GET' }],
    ['DELETE', '/api/tokens/none', { status: 404, detail: 'there is no token none' }],
    ['GET', '/api/users', { status: 404, detail: 'no broker is embedded here, so that there are no users' }],
  ]
  for (const [method, path, problem] of problems) {
    const answer = await ask(server, path, { method })
    expect(answer.headers['content-type'], path).toBe('application/problem+json')
    expect(answer.json(), path).toMatchObject(problem)
    expect(shapes.problemShape.parse(answer.json()).status).toBe(answer.status)
  }
  store.read = () => Promise.reject(new Error('a secret'))
  for (const path of ['/api/readings']) {
    const answer = await ask(server, path)
    expect(answer.json()).toEqual({
      title: 'Internal error',
      status: 500,
      code: 'internal',
      detail: 'something unexpected happened; see the log',
    })
  }
  store.seek = () => Promise.reject(new Error('a secret'))
  expect((await ask(server, '/api/stream?since=1h')).body).not.toContain('secret')
  expect(logged).toHaveLength(2)
  store.seek = () => Promise.reject(new GatewayError('unavailable', 'the disk is away'))
  expect((await ask(server, '/api/readings?from=1h')).status).toBe(503)
})

it('describes every route, and tells a token once and a rejected message whole', async () => {
  const store = new MemoryStore()
  store.append([reading(), reading({ channel: 'out', value: true, unit: null, quality: 'stale' })])
  store.quarantine.add({
    time: 1,
    source: 'broker',
    subject: 'a/b',
    reason: 'json_syntax',
    where: 'message',
    payload: Buffer.from('{"a":'),
  })
  const server = await start(store)
  const api = (await ask(server, '/api/openapi.json')).json() as {
    openapi: string
    paths: Record<
      string,
      Record<string, { responses: object; parameters?: { description?: string; schema?: object }[] }>
    >
  }
  expect(api.openapi).toBe('3.1.0')
  const described = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.sort()).toEqual([...server.server.routes].sort())
  for (const operation of Object.values(api.paths).flatMap((methods) => Object.values(methods)))
    for (const parameter of operation.parameters ?? []) expect(parameter).toHaveProperty('schema')
  const made = await ask(server, '/api/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"panel","expires":"90d"}',
  })
  expect(made.status).toBe(201)
  const { id, expires } = shapes.newTokenShape.strict().parse(made.json())
  expect(Math.abs(Date.parse(expires!) - Date.now() - 90 * 86_400_000)).toBeLessThan(60_000)
  expect((await ask(server, `/api/tokens/${id}`, { method: 'DELETE' })).status).toBe(204)
  const [rejected] = (await ask(server, '/api/rejected')).json() as object[]
  expect(rejected).toMatchObject({ hex: '7b2261223a', text: '{"a":' })
})

it('refuses bodies that are not what was asked for', async () => {
  const store = new MemoryStore()
  store.append([reading()])
  const server = await start(store)
  const bodies: [string, string][] = [
    ['{', 'the body is not JSON'],
    ['[]', 'the body: Invalid input: expected object, received array'],
    ['{"nome":"x"}', 'the body: Unrecognized key: "nome"'],
    ['{"name":1}', 'name: Invalid input: expected string, received number'],
    [`{"name":"${'x'.repeat(70_000)}"}`, 'the body is longer than 65536 bytes'],
  ]
  for (const [body, detail] of bodies) {
    const headers = { 'content-type': 'application/json' }
    const answer = await ask(server, '/api/devices/test:one', { method: 'PATCH', headers, body })
    expect([answer.status, (answer.json() as { detail: string }).detail]).toEqual([400, detail])
  }
})

it('is ready while the log takes readings, and tells strangers less about the inputs', async () => {
  const store = new MemoryStore()
  const detail = 'mqtt://10.0.0.1 does not answer'
  const input = { name: 'mqtt://10.0.0.1', kind: 'mqtt', status: 'waiting', detail, since: 0, received: 0, dropped: 0 }
  const server = await start(store, { inputs: () => [input] })
  await server.tokens.create({})
  const { port } = await server.server.listen({ host: '0.0.0.0', port: 0 })
  const ready = await ask(server, '/readyz')
  expect([ready.status, ready.json()]).toMatchObject([200, { status: 'ready', inputs: [{ detail }] }])
  expect((await ask({ port }, '/readyz')).json()).toMatchObject({ inputs: [{ kind: 'mqtt', status: 'waiting' }] })
  expect((await ask({ port }, '/readyz')).body).not.toContain('10.0.0.1')
  const health = store.health()
  store.health = () => ({ ...health, state: 'full', detail: 'no space left' })
  expect((await ask(server, '/readyz')).json()).toMatchObject({ log: { state: 'full', detail: 'no space left' } })
  expect((await ask({ port }, '/readyz')).json()).toMatchObject({ log: { state: 'full' } })
  expect((await ask({ port }, '/readyz')).body).not.toContain('no space left')
  expect((await ask(server, '/readyz')).status).toBe(200)
  store.health = () => ({ ...health, state: 'failed' })
  expect((await ask(server, '/readyz')).status).toBe(503)
  expect((await ask(server, '/healthz')).status).toBe(200)
})

it('counts for Prometheus', async () => {
  const store = new MemoryStore()
  store.append([reading(), reading()])
  const input = { name: 'a "b"', kind: 'serial', status: 'connected', since: 0, received: 5, dropped: 2 }
  const noisy = { ...input, name: 'b', trouble: 'noise' }
  const health = store.health()
  store.health = () => ({ ...health, state: 'full' })
  const intake = { frames: 9, readings: 4, redelivered: 2, rejected: new Map([['out_of_range', 3]]) }
  const server = await start(store, {
    inputs: () => [input, noisy],
    clock: { synced: false, steppedMs: -86_400_000 },
    intake,
    version: '1.2.3',
  })
  const metrics = (await ask(server, '/metrics')).body
  expect((await ask(server, '/metrics')).body).toContain('rivulet_input_dropped_total')
  for (const line of [
    'rivulet_log_head 2',
    'rivulet_input_connected{input="a \\"b\\"",kind="serial"} 1',
    'rivulet_input_dropped_total{input="a \\"b\\"",kind="serial"} 2',
    'rivulet_input_trouble{input="b",kind="serial",trouble="noise"} 1',
    'rivulet_log_ok 0',
    'rivulet_log_state{state="full"} 1',
    'rivulet_log_state{state="failed"} 0',
    'rivulet_clock_synced 0',
    'rivulet_clock_step_seconds -86400',
    'rivulet_redelivered_total 2',
    'rivulet_log_left_open 0',
    'rivulet_frames_total 9',
    'rivulet_readings_total 4',
    'rivulet_rejected_total{reason="out_of_range"} 3',
    'rivulet_info{version="1.2.3"} 1',
  ])
    expect(metrics).toContain(`${line}\n`)
  expect(metrics).not.toContain('rivulet_input_trouble{input="a')
  expect(metrics).toMatch(/^process_written_bytes_total \d+$/m)
})

it('sends a backup and leaves nothing behind', async () => {
  const store = new MemoryStore()
  const backupFolder = folder()
  const server = await start(store, { backupFolder })
  store.backup = async (file) => writeFileSync(file, 'SQLite format 3\0')
  const answer = await ask(server, '/api/backup', { method: 'POST' })
  expect([answer.status, answer.body]).toEqual([200, 'SQLite format 3\0'])
  expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="rivulet-\d{4}-\d\d-\d\dT\d{6}\.db"$/)
  store.backup = () => Promise.reject(new GatewayError('unavailable', 'no room for a backup'))
  expect((await ask(server, '/api/backup', { method: 'POST' })).status).toBe(503)
  await expect.poll(() => readdirSync(backupFolder)).toEqual([])
})

it('answers what is no request, or too long a one, without falling over', async () => {
  const { port } = await start()
  expect(await raw(port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*this is no HTTP request/s)
  const long = `GET /?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`
  expect(await raw(port, long)).toMatch(/^HTTP\/1\.1 431 .*the request line and headers exceed 16384 bytes/s)
  expect(await raw(port, 'GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200/)
})

it('answers HEAD of a stream as GET, without beginning one', async () => {
  const server = await start()
  const head = (path: string) => ask(server, path, { method: 'HEAD' })
  for (const path of ['/api/stream', '/api/devices/a:1/stream?last=5', 'http://localhost/api/stream']) {
    const { status, headers } = await head(path)
    expect([status, headers['content-type'], headers.vary], path).toEqual([200, 'text/event-stream', 'Accept-Encoding'])
  }
  for (const path of ['/api/stream?afetr=1', '/api/stream?last=1&after=2', '/api/devices/a:1/stream?device=x'])
    expect((await head(path)).status, path).toBe(400)
  expect((await head('/api/devices/a%2F1/stream')).status).toBe(404)
  expect((await ask(server, '/metrics')).body).toMatch(/^rivulet_streams_opened_total 0$/m)
})

it('takes the whole address of a stream, and no other spelling of its path', async () => {
  const { server, port } = await start()
  for (const path of ['/api/stream/', '/API/stream', '/api/devices/a:1/Stream', '/api/devices/'])
    expect((await ask({ port }, path)).status, path).toBe(404)
  const answer = raw(port, 'GET http://localhost/api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await expect.poll(async () => (await ask({ port }, '/metrics')).body).toMatch(/^rivulet_streams 1$/m)
  await server.close()
  expect(await answer).toContain('event: cursor')
})

it('says what can be done with OPTIONS', async () => {
  const server = await start()
  const options = await ask(server, '/api/devices/a:1', { method: 'OPTIONS' })
  expect([options.status, options.headers.allow]).toEqual([200, 'HEAD, GET, PATCH, DELETE'])
})
