import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { createGunzip } from 'node:zlib'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { afterEach, describe, expect, it } from 'vitest'
import { MemoryStore, reading, startServer } from '../http/harness.ts'
import { startProxy } from '../setup/proxy.ts'
import { type ReverseProxy, startCaddy, startNginx, startSilentNginx } from '../setup/reverse-proxy.ts'
import { until } from '../setup/until.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

interface Stream {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly events: EventSourceMessage[]
  readonly retries: number[]
  readonly isOver: () => boolean
  close(): void
}

/** What a client gets through the proxy. */
function open({ port, secure }: ReverseProxy, path: string, headers: Record<string, string>): Promise<Stream> {
  const request = secure ? requestHttps : requestHttp
  const options = { host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false }
  return new Promise((resolve, reject) => {
    const sent = request({ ...options, headers: { host: 'rivulet.example.org', ...headers } }, (response) => {
      const events: EventSourceMessage[] = []
      const retries: number[] = []
      let over = false
      const parser = createParser({
        onEvent: (event) => event.event !== 'device' && events.push(event),
        onRetry: (ms) => retries.push(ms),
      })
      const zipped = response.headers['content-encoding'] === 'gzip'
      const body = zipped ? response.pipe(createGunzip({ flush: 2 })) : response
      body.on('data', (chunk: Buffer) => parser.feed(chunk.toString()))
      body.on('error', () => (over = true)).on('end', () => (over = true))
      const close = () => sent.destroy()
      toClose.push(close)
      resolve({ status: response.statusCode!, headers: response.headers, events, retries, isOver: () => over, close })
    })
    sent.on('error', reject).end()
  })
}

async function startBehind(startProxy: (target: number) => Promise<ReverseProxy>, limits: { quietMs?: number } = {}) {
  const options = { anonymous: false, hosts: ['rivulet.example.org'], origins: [], maxStreams: 100, ...limits }
  const started = await startServer(new MemoryStore(), { options })
  const proxy = await startProxy(started.port)
  toClose.push(started.close, proxy.stop)
  const { token } = await started.tokens.create({})
  const authorization = `Bearer ${token}`
  return { ...started, proxy, authorization }
}

it('an idle stream outlives the time-outs of both proxies', async () => {
  // In proportion to the 15 s of a gateway and the 60 s of a proxy.
  const patienceMs = 4000
  const impatient = [(target: number) => startNginx(target, patienceMs / 1000), startCaddy]
  const streams = await Promise.all(
    impatient.map(async (startProxy) => {
      const { proxy, authorization } = await startBehind(startProxy, { quietMs: patienceMs / 4 })
      return open(proxy, '/api/stream', { authorization })
    }),
  )
  const begun = performance.now()
  const isOver = () => streams.some((stream) => stream.isOver())
  const haveLasted = () => performance.now() - begun > 1.3 * patienceMs
  await until('both have lasted', () => isOver() || haveLasted())
  expect(isOver()).toBe(false)
  await until('both show signs of life', () => isOver() || streams.every(({ events }) => events.length > 3))
  expect(isOver()).toBe(false)
})

describe.each([
  ['nginx', startNginx],
  ['Caddy', startCaddy],
])('behind %s', (_, startProxy) => {
  const start = () => startBehind(startProxy)

  it('events arrive at once, plain and compressed once, and a client resumes', async () => {
    const { store, proxy, authorization } = await start()
    for (const encoding of ['identity', 'gzip']) {
      const headers = { authorization, 'accept-encoding': encoding }
      const stream = await open(proxy, '/api/stream', headers)
      expect(stream.status).toBe(200)
      expect(stream.headers['content-type']).toBe('text/event-stream')
      expect(stream.headers['content-encoding']).toBe(encoding === 'gzip' ? 'gzip' : undefined)
      for (let count = 1; count <= 4; count++) {
        await until(`event ${count}, ${encoding}`, () => stream.events.length === count)
        store.append([reading()])
      }
      stream.close()
      const resumed = await open(proxy, '/api/stream', { ...headers, 'last-event-id': stream.events[1]!.id! })
      await until('what was missed', () => resumed.events.length === 4)
      expect(resumed.events.slice(1).map(({ id }) => id!.split('.')[1])).toEqual(
        [2, 1, 0].map((back) => String(store.head - back)),
      )
      resumed.close()
    }
  })

  it('nobody comes in as this machine itself', async () => {
    const { proxy } = await start()
    expect((await open(proxy, '/api/stream', {})).status).toBe(401)
  })

  it('a stream is asked to come back while the gateway is away, and everything else told that it is', async () => {
    const { proxy, authorization, server } = await start()
    const stream = await open(proxy, '/api/stream', { authorization })
    await until('the stream is open', () => stream.events.length === 1)
    await server.close()
    await until('the stream has ended', () => stream.isOver())
    expect(stream.retries).toHaveLength(2)
    for (const path of ['/api/stream', '/api/devices/a:1/stream?metric=x']) {
      const away = await open(proxy, path, { authorization })
      expect([away.status, away.headers['content-type']]).toEqual([200, 'text/event-stream'])
      await until('it ends', () => away.isOver())
      expect(away.retries).toEqual([5000])
    }
    expect((await open(proxy, '/api/devices', { authorization })).status).toBe(502)
  })
})

describe.each([
  ['nginx that says nothing', startSilentNginx],
  [
    'a proxy of TCP',
    async (target: number) => {
      const { port, close } = await startProxy(target)
      return { port, stop: close, secure: false }
    },
  ],
])('behind %s, of which nobody told the gateway', (_, startProxy) => {
  it('who comes by an address needs a token, and the log says what to do; who opens loopback itself needs none', async () => {
    const warned: string[] = []
    const logger = { info() {}, error() {}, warn: (_details: object, message: string) => void warned.push(message) }
    const started = await startServer(new MemoryStore(), { logger })
    toClose.push(started.close)
    const own = { port: started.port, secure: false, stop: async () => {} }
    for (const host of [`127.0.0.1:${started.port}`, `localhost:${started.port}`])
      expect((await open(own, '/api/devices', { host })).status, host).toBe(200)
    expect(warned).toEqual([])

    const proxy = await startProxy(started.port)
    toClose.push(proxy.stop)
    for (const host of ['192.0.2.7', '192.0.2.7:8443', '[2001:db8::7]'])
      for (const path of ['/api/devices', '/api/stream'])
        expect((await open(proxy, path, { host })).status, host + path).toBe(401)
    const { token } = await started.tokens.create({})
    const headers = { host: '192.0.2.7', authorization: `Bearer ${token}` }
    expect((await open(proxy, '/api/devices', headers)).status).toBe(200)
    expect(warned).toEqual([
      expect.stringMatching(/^a request for 192.0.2.7 came over loopback: .* http.hosts to \[192.0.2.7\]$/),
    ])
  })
})
