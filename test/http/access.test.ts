import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { TokenStore } from '../../src/http/tokens.ts'
import { MemoryStore, reading, startServer } from './harness.ts'
import { openStream, readingsOf } from './read-events.ts'
import { ask } from './request.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

const made = new MemoryStore()
const admin = await new TokenStore(made.records).create({ admin: true })
const reader = await new TokenStore(made.records).create({ read: ['a:*'] })

/** A gateway that listens on all addresses, on loopback alone and on a socket file, with one token of each kind. */
async function start(options: { anonymous?: boolean; hosts?: string[]; origins?: string[] } = {}) {
  const store = new MemoryStore()
  for (const [id, text] of made.records.all('token')) store.records.put('token', id, text)
  const tokens = new TokenStore(store.records)
  store.append([reading({ device: 'a:1' }), reading({ device: 'b:1' })])
  const started = await startServer(store, {
    tokens,
    options: { anonymous: false, hosts: [], origins: [], maxStreams: 100, ...options },
  })
  toClose.push(started.close)
  const { port } = await started.server.listen({ host: '0.0.0.0', port: 0 })
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-'))
  toClose.push(() => rmSync(folder, { recursive: true }))
  const socketPath = join(folder, 'rivulet.sock')
  await started.server.listenLocal(socketPath)
  return { ...started, open: { port }, loopback: { port: started.port }, local: { socketPath } }
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const cookie = (token: string) => ({ cookie: `other=1; rivulet_token=${token}` })

it('asks for a token beyond loopback, for everything that tells of sensors', async () => {
  const { open } = await start()
  for (const path of [
    '/api/devices',
    '/api/devices/a:1',
    '/api/readings',
    '/api/stream',
    '/api/rejected',
    '/api/ports',
    '/metrics',
  ]) {
    const refused = await ask(open, path)
    expect([refused.status, refused.headers['www-authenticate']], path).toEqual([401, 'Bearer realm="rivulet"'])
    expect(refused.json(), path).toMatchObject({ code: 'unauthorized', detail: 'a token is needed here' })
    if (path === '/api/stream') continue
    expect((await ask(open, path, { headers: bearer(admin.token) })).status, path).toBe(200)
    expect((await ask(open, path, { headers: cookie(admin.token) })).status, path).toBe(200)
  }
  expect((await ask(open, '/healthz')).status).toBe(200)
  expect((await ask(open, '/api/openapi.json')).status).toBe(200)
})

it('asks for none on loopback, unless a proxy passes on what somebody else sent', async () => {
  const { loopback } = await start()
  expect((await ask(loopback, '/api/devices')).status).toBe(200)
  for (const headers of [
    { 'x-forwarded-for': '192.0.2.1' },
    { 'x-forwarded-proto': 'https' },
    { 'x-real-ip': '192.0.2.1' },
    { 'cf-connecting-ip': '192.0.2.1' },
    { forwarded: 'for=192.0.2.1' },
    { via: '1.1 proxy' },
    { host: '192.0.2.7' },
  ])
    expect((await ask(loopback, '/api/devices', { headers })).status, JSON.stringify(headers)).toBe(401)
  // As nginx passes a request on that was told nothing but where to.
  const request = 'GET /api/devices HTTP/1.0\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n'
  expect(await rawStatus(loopback.port, request)).toBe(401)
  expect(await rawStatus(loopback.port, request.replace('1.0', '1.1'))).toBe(200)
})

it('asks for a token on loopback too where a proxy is configured, since what it passes on may look like ours', async () => {
  const { loopback, local } = await start({ hosts: ['panel.example.org'] })
  for (const host of ['localhost', '127.0.0.1:8080', '[::1]', 'panel.example.org']) {
    for (const path of ['/api/devices', '/api/stream', '/metrics'])
      expect((await ask(loopback, path, { headers: { host } })).status, host + path).toBe(401)
    const headers = { host, ...bearer(admin.token) }
    expect((await ask(loopback, '/api/devices', { headers })).status, host).toBe(200)
  }
  expect((await ask(local, '/api/devices')).status).toBe(200)
})

it('refuses a wrong Bearer token everywhere, and ignores the cookie of a revoked one where none is needed', async () => {
  const { open, loopback, tokens } = await start()
  const wrong = [
    `${admin.token.slice(0, -1)}${admin.token.endsWith('A') ? 'B' : 'A'}`,
    'rvl_0000000000_x',
    'x',
    reader.token,
  ]
  tokens.revoke(reader.id)
  for (const token of wrong) {
    for (const where of [open, loopback])
      expect((await ask(where, '/api/devices', { headers: bearer(token) })).status, token).toBe(401)
    expect((await ask(open, '/api/devices', { headers: cookie(token) })).status, token).toBe(401)
    expect((await ask(loopback, '/api/devices', { headers: cookie(token) })).status, token).toBe(200)
  }
})

it('shows a token only the devices it is for', async () => {
  const { open, store } = await start()
  const headers = bearer(reader.token)
  const ids = (json: unknown) => (json as { id?: string; device?: string }[]).map(({ id, device }) => id ?? device)
  expect(ids((await ask(open, '/api/devices', { headers })).json())).toEqual(['a:1'])
  const { readings } = (await ask(open, '/api/readings', { headers })).json() as { readings: unknown }
  expect(ids(readings)).toEqual(['a:1'])
  expect((await ask(open, '/api/devices/b:1', { headers })).status).toBe(404)
  for (const path of ['/api/rejected', '/api/ports']) expect((await ask(open, path, { headers })).status).toBe(403)
  const stream = await openStream(`http://127.0.0.1:${open.port}/api/stream?after=0&device=*:1`, headers)
  toClose.push(stream.close)
  store.append([reading({ device: 'b:1' }), reading({ device: 'a:1' })])
  const events = await stream.until((all) => readingsOf(all).length === 2)
  expect(readingsOf(events).map(({ seq }) => seq)).toEqual([1, 4])
})

it('lets only an admin change things: by token, over the local socket, or on loopback', async () => {
  const { open, loopback, local } = await start()
  const rename = { method: 'PATCH', body: '{"name":"Attic"}', headers: { 'content-type': 'application/json' } }
  const by = (headers: Record<string, string>) => ({ ...rename, headers: { ...rename.headers, ...headers } })
  expect((await ask(open, '/api/devices/a:1', rename)).status).toBe(401)
  expect((await ask(open, '/api/devices/a:1', by(bearer(reader.token)))).status).toBe(403)
  for (const allowed of [
    ask(open, '/api/devices/a:1', by(bearer(admin.token))),
    ask(open, '/api/devices/a:1', by(cookie(admin.token))),
    ask(local, '/api/devices/a:1', rename),
    ask(loopback, '/api/devices/a:1', rename),
  ])
    expect((await allowed).json()).toMatchObject({ id: 'a:1', name: 'Attic' })
})

it('says of a device what this caller may do with it', async () => {
  const { open, loopback } = await start()
  const allow = async (headers: Record<string, string>, at = open) =>
    (await ask(at, '/api/devices/a:1', { headers })).headers.allow
  expect(await allow(bearer(reader.token))).toBe('HEAD, GET')
  expect(await allow(bearer(admin.token))).toBe('HEAD, GET, PATCH, DELETE')
  expect(await allow({}, loopback)).toBe('HEAD, GET, PATCH, DELETE')
})

it('lets everybody read, and nobody change anything, where it is anonymous by explicit word', async () => {
  const { open } = await start({ anonymous: true })
  expect((await ask(open, '/api/devices')).status).toBe(200)
  expect((await ask(open, '/api/tokens')).status).toBe(403)
  expect((await ask(open, '/api/devices/a:1', { method: 'DELETE' })).status).toBe(403)
})

it('takes no change that another web site sends with our cookie or from this machine', async () => {
  const { open, loopback } = await start()
  const foreign = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
  ]
  for (const headers of foreign) {
    const label = JSON.stringify(headers)
    expect((await ask(loopback, '/api/devices/b:1', { method: 'DELETE', headers })).status, label).toBe(403)
    const withCookie = { ...headers, ...cookie(admin.token) }
    expect((await ask(open, '/api/devices/b:1', { method: 'DELETE', headers: withCookie })).status, label).toBe(403)
  }
  const form = { method: 'PATCH', headers: { 'content-type': 'text/plain' }, body: '{"name":"x"}' }
  expect((await ask(loopback, '/api/devices/a:1', form)).status).toBe(400)
  const own = { origin: `http://127.0.0.1:${loopback.port}`, 'sec-fetch-site': 'same-origin' }
  expect((await ask(loopback, '/api/devices/b:1', { method: 'DELETE', headers: own })).status).toBe(204)
})

it('answers only to its own names, so that no web site can point a name of its own here (DNS rebinding)', async () => {
  const { loopback, local } = await start({ hosts: ['Panel.example.org:8443'] })
  for (const host of [
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'panel.example.com',
  ]) {
    for (const path of ['/', '/api/devices', '/api/stream']) {
      const answer = await ask(loopback, path, { headers: { host } })
      expect([answer.status, answer.headers['content-type']], host + path).toEqual([403, 'application/problem+json'])
    }
  }
  for (const host of [
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1',
    '[::1]:8080',
    '192.168.1.5',
    `${hostname()}.local`,
    hostname(),
  ])
    expect((await ask(loopback, '/healthz', { headers: { host } })).status, host).toBe(200)
  expect((await ask(loopback, '/healthz', { headers: { host: 'panel.example.org' } })).status).toBe(200)
  expect((await ask(local, '/healthz', { headers: { host: 'rivulet' } })).status).toBe(200)
})

it('lets the scripts of listed sites read, and no others', async () => {
  const { loopback } = await start({ origins: ['https://panel.example.org'] })
  const listed = { origin: 'https://panel.example.org' }
  const preflight = await ask(loopback, '/api/stream', { method: 'OPTIONS', headers: listed })
  expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([200, listed.origin])
  expect(preflight.headers['access-control-allow-headers']).toContain('Last-Event-ID')
  const answer = await ask(loopback, '/api/devices', { headers: listed })
  expect([answer.headers['access-control-allow-origin'], answer.headers.vary]).toEqual([listed.origin, 'Origin'])
  const other = await ask(loopback, '/api/devices', { headers: { origin: 'https://evil.example' } })
  expect(other.headers['access-control-allow-origin']).toBeUndefined()
})

it('turns the token in the address into a cookie that scripts and other sites cannot use', async () => {
  const { open } = await start()
  const answer = await ask(open, `/?token=${admin.token}&device=a:1`)
  expect([answer.status, answer.headers.location]).toEqual([303, '/?device=a%3A1'])
  const [set] = answer.headers['set-cookie']!
  expect(set).toMatch(/^rivulet_token=rvl_\S+; HttpOnly; SameSite=Strict; Path=\/; Max-Age=34560000$/)
  expect((await ask(open, '/api/devices', { headers: { cookie: set!.split(';')[0]! } })).status).toBe(200)
  const proxied = await ask(open, `/?token=${admin.token}`, { headers: { 'x-forwarded-proto': 'https' } })
  expect(proxied.headers['set-cookie']![0]).toMatch(/; Secure$/)
  for (const site of ['cross-site', 'same-site']) {
    const foreign = await ask(open, `/?token=${admin.token}`, { headers: { 'sec-fetch-site': site } })
    expect([foreign.status, foreign.headers['set-cookie']], site).toEqual([403, undefined])
  }
  for (const site of ['none', 'same-origin'])
    expect((await ask(open, `/?token=${admin.token}`, { headers: { 'sec-fetch-site': site } })).status, site).toBe(303)
  const wrong = await ask(open, '/?token=rvl_x')
  expect([wrong.status, wrong.headers['set-cookie']]).toEqual([401, undefined])
  expect(wrong.body).not.toContain('rvl_x')
})

it('refuses to listen beyond loopback while nobody could sign in', async () => {
  const { server, close } = await startServer()
  toClose.push(close)
  await expect(server.listen({ host: '0.0.0.0', port: 0 })).rejects.toMatchObject({
    code: 'config',
    message: '0.0.0.0:0 can be reached from other machines, and there is no token yet',
    hint: expect.stringMatching(/--lan.*token create.*anonymous/),
  })
  for (const host of ['127.0.0.1', 'localhost']) await server.listen({ host, port: 0 })
})

it('says which port is in use', async () => {
  const { port, close } = await startServer()
  toClose.push(close)
  const other = await startServer()
  toClose.push(other.close)
  await expect(other.server.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
    code: 'conflict',
    message: `127.0.0.1:${port} is in use`,
  })
})

it('keeps the local socket to its own user, and replaces one that a crash left behind', async () => {
  const { server, local } = await start()
  expect(statSync(local.socketPath).mode & 0o777).toBe(0o600)
  await expect(server.listenLocal(local.socketPath)).rejects.toMatchObject({ code: 'conflict' })
  const left = `${local.socketPath}.left`
  writeFileSync(left, '')
  await server.listenLocal(left)
  expect((await ask({ socketPath: left }, '/api/tokens')).status).toBe(200)
})

function rawStatus(port: number, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')))
    socket.on('error', reject).on('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])))
  })
}
