import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2, constants as http2 } from 'node:http2'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { AddressCount } from '../../src/address-count.ts'
import { readCertificate } from '../../src/http/tls.ts'
import { MemoryStore, reading, startServer } from '../http/harness.ts'
import { makeCertificate } from '../setup/certificate.ts'
import { launchChromium } from '../setup/chromium.ts'
import { type GatewayProcess, quickCommits, startGateway } from '../setup/gateway.ts'
import { until } from '../setup/until.ts'

let folder: string
let one: { cert: string; key: string }
let other: { cert: string; key: string }
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-tls-'))
  one = makeCertificate(folder, 'one')
  other = makeCertificate(folder, 'other')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const toClose: (() => unknown)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const close of toClose.splice(0).reverse()) await close()
})

async function start(limits: { requestMs?: number; idleMs?: number; connectionsPerAddress?: number } = {}) {
  const options = { anonymous: false, hosts: [], origins: [], maxStreams: 1000, tls: one, ...limits }
  const started = await startServer(new MemoryStore(), { options })
  toClose.push(started.close)
  return started
}

function publish({ mqttPort }: GatewayProcess, text: string): void {
  execFileSync('mosquitto_pub', ['-p', `${mqttPort}`, '-q', '1', '-t', 'sensors/attic/temperature', '-m', text])
}

/** The name in the certificate that a new connection is shown. */
function shown(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    }).on('error', reject)
  })
}

it('serves pages, answers and streams over HTTP/1.1 and HTTP/2, as the client likes', async () => {
  const { store, port } = await start()
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { 'accept-encoding': 'identity' }
    request({ port, path: '/api/stream', rejectUnauthorized: false, headers }, (response) => {
      toClose.push(() => response.destroy())
      let got = ''
      response.on('data', (chunk) => {
        got += chunk
        if (got.includes('event: cursor')) store.append([reading({ value: 1 })])
        if (got.includes('"value":1')) resolve(`HTTP/${response.httpVersion} ${response.headers.connection}`)
      })
    })
      .on('error', reject)
      .end()
  })
  expect(text).toBe('HTTP/1.1 close')

  const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false })
  toClose.push(() => session.destroy())
  const ask = (headers: Record<string, string>) =>
    new Promise<{ headers: Record<string, unknown>; body: string }>((resolve, reject) => {
      const stream = session.request(headers)
      let head = {}
      let body = ''
      stream.setEncoding('utf8').on('response', (given) => (head = given))
      stream.on('data', (chunk) => (body += chunk)).on('error', reject)
      stream.on('end', () => resolve({ headers: head, body }))
    })
  const health = await ask({ ':path': '/healthz' })
  expect(health).toMatchObject({ headers: { ':status': 200 }, body: '{"status":"ok"}' })
  // The Host of HTTP/2 is its :authority, and is held to the same.
  const foreign = await ask({ ':path': '/api/devices', ':authority': 'evil.example' })
  expect(foreign.headers[':status']).toBe(403)
  expect((await ask({ ':path': '/api/stream', ':authority': 'evil.example' })).headers[':status']).toBe(403)
  expect((await ask({ ':path': '/api/stream?nonsense=1' })).headers[':status']).toBe(400)
})

it('gives up handshakes and requests that never come to an end', async () => {
  const { port } = await start({ requestMs: 400 })
  const silent = connectTcp(port, '127.0.0.1')
  toClose.push(() => silent.destroy())
  const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false })
  toClose.push(() => session.destroy())
  const headers = { ':method': 'PATCH', ':path': '/api/devices/test:one', 'content-type': 'application/json' }
  const slow = session.request(headers)
  const drips = setInterval(() => slow.writable && slow.write(' '), 50)
  toClose.push(() => clearInterval(drips))
  await Promise.all([
    once(silent, 'close'),
    once(
      slow.on('error', () => {}),
      'close',
    ),
  ])
  expect(slow.rstCode).toBe(http2.NGHTTP2_CANCEL)
  expect(session.destroyed).toBe(false)
})

it('answers one address so many requests at a time, however few connections they share', async () => {
  // Everything here comes from loopback, which is exempt: only the address is made up.
  const { add, remove } = AddressCount.prototype
  vi.spyOn(AddressCount.prototype, 'add').mockImplementation(function (this: AddressCount) {
    return add.call(this, '192.0.2.1')
  })
  vi.spyOn(AddressCount.prototype, 'remove').mockImplementation(function (this: AddressCount) {
    remove.call(this, '192.0.2.1')
  })
  const { port } = await start({ connectionsPerAddress: 3 })
  const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false })
  toClose.push(() => session.destroy())
  const open = async (path: string) => {
    const answer = session.request({ ':path': path }).setEncoding('utf8')
    const seen = { answer, status: 0, text: '', over: false }
    answer.on('data', (text) => (seen.text += text)).on('end', () => (seen.over = true))
    const [headers] = await once(answer, 'response')
    seen.status = headers[':status']
    return seen
  }
  const streams = [await open('/api/stream'), await open('/api/stream'), await open('/api/stream')]
  await until('three are open', () => streams.every(({ text }) => text.includes('event: cursor')))
  const [stream, request] = [await open('/api/stream'), await open('/api/devices')]
  await until('both are answered', () => stream.over && request.over)
  expect([stream.status, stream.text]).toEqual([200, expect.stringMatching(/^retry: \d+\n\n$/)])
  expect([request.status, JSON.parse(request.text)]).toEqual([503, expect.objectContaining({ code: 'unavailable' })])
  streams[0]!.answer.close()
  await until('there is room again', async () => (await open('/api/devices')).status === 200)
})

it.each(['http/1.1', 'h2'])('gives up an answer over %s that nobody takes', async (protocol) => {
  const { port, store } = await start({ idleMs: 400 })
  const many = Array.from({ length: 25_000 }, () => reading())
  for (let i = 0; i < 4; i++) store.append(many)
  const path = '/api/readings?limit=all&format=ndjson'
  if (protocol === 'h2') {
    const session = connectHttp2(`https://localhost:${port}`, { rejectUnauthorized: false })
    toClose.push(() => session.destroy())
    const answer = session.request({ ':path': path }).on('error', () => {})
    await once(answer, 'response')
    await until('it is given up', () => answer.rstCode === http2.NGHTTP2_CANCEL)
  } else {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: [protocol] })
    toClose.push(() => socket.destroy())
    socket.pause().on('error', () => {})
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    await until('it is answered', () => sockets() === 2)
    await until('only ours is left', () => sockets() === 1)
  }
})

it('feeds 50 streams of one browser, and has them back after a restart', async () => {
  const gateway = await startGateway({ config: { ...quickCommits, http: { tls: one } } })
  toClose.push(gateway.stop)
  const browser = await launchChromium()
  toClose.push(() => browser.close())
  const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage()
  await page.goto(`${gateway.url}/healthz`)
  await page.evaluate(() => {
    const seen: Set<string>[] = []
    Object.assign(globalThis, { seen })
    for (let i = 0; i < 50; i++) {
      const of = new Set<string>()
      seen.push(of)
      const source = new EventSource(i % 2 ? '/api/stream?device=*:*' : '/api/stream')
      source.onmessage = ({ data }) => of.add(String(JSON.parse(data).value))
      source.addEventListener('cursor', () => of.add('open'))
    }
  })
  const all = (value: string) =>
    page.evaluate(
      (wanted) => (globalThis as unknown as { seen: Set<string>[] }).seen.every((of) => of.has(wanted)),
      value,
    )
  await until('all are open', () => all('open'))
  publish(gateway, '21')
  await until('all have the reading', () => all('21'))
  expect(await page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol")).toBe('h2')
  await gateway.kill()
  await gateway.restart()
  publish(gateway, '22')
  await until('all have what came after the restart', () => all('22'))
})

it('takes a renewed certificate at SIGHUP, and keeps the old one where the new one cannot be used', async () => {
  const files = { cert: join(folder, 'served.pem'), key: join(folder, 'served.key') }
  const serve = (from: { cert: string; key: string }) => {
    copyFileSync(from.cert, files.cert)
    copyFileSync(from.key, files.key)
  }
  serve(one)
  const gateway = await startGateway({ config: { http: { tls: files } } })
  toClose.push(gateway.stop)
  const port = Number(new URL(gateway.url).port)
  expect(await shown(port)).toBe('one')
  serve(other)
  process.kill(gateway.pid(), 'SIGHUP')
  await until('the new certificate is shown', async () => (await shown(port)) === 'other')
  writeFileSync(files.cert, readFileSync(one.cert))
  process.kill(gateway.pid(), 'SIGHUP')
  await until('it says what is wrong', () => /does not belong to the certificate/.test(gateway.output()))
  expect(await shown(port)).toBe('other')
})

it('says which file of a certificate is wrong, and how', () => {
  const nonsense = join(folder, 'nonsense.pem')
  writeFileSync(nonsense, 'nonsense')
  expect(() => readCertificate({ cert: one.cert, key: other.key })).toThrow(/does not belong to the certificate/)
  expect(() => readCertificate({ ...one, cert: nonsense })).toThrow(/nonsense.pem holds no PEM certificate/)
  expect(() => readCertificate({ ...one, key: nonsense })).toThrow(/nonsense.pem holds no PEM private key/)
  expect(() => readCertificate({ ...one, key: '/nowhere' })).toThrow(/cannot read \/nowhere \(ENOENT\)/)
})
