import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { MemoryStore, reading, startServer } from '../http/harness.ts'
import { ask } from '../http/request.ts'
import fc from '../setup/properties.ts'
import { fuzzRuns, fuzzTimeout, MemoryWatch } from './runs.ts'

const runs = fuzzRuns(300)

const odd = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text).toString('latin1')),
  fc.constantFrom(
    '*',
    '%',
    '%00',
    '%zz',
    '..',
    '0',
    '-1',
    '1e99',
    '99999999999999999999',
    'NaN',
    '{}',
    '"',
    "'",
    '\\',
    '=',
  ),
)
const word = (...words: string[]) => fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...words) }, odd)

const method = word('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'get')
const segment = word(
  'api',
  'devices',
  'test:one',
  'stream',
  'readings',
  'rejected',
  'tokens',
  'users',
  'healthz',
  'assets',
  '',
)
const path = fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`)
const known = fc.constantFrom(
  '/api/stream',
  '/api/readings',
  '/api/devices',
  '/api/rejected',
  '/api/ports',
  '/metrics',
  '/readyz',
  '/',
)
const names = [
  'device',
  'metric',
  'channel',
  'tag',
  'after',
  'since',
  'last',
  'from',
  'to',
  'limit',
  'before',
  'format',
]
const parameter = fc.tuple(word(...names, 'every', 'deadband', 'token'), odd).map(([name, value]) => `${name}=${value}`)
const query = fc.array(parameter, { maxLength: 4 }).map((list) => (list.length > 0 ? `?${list.join('&')}` : ''))
const header = fc.tuple(
  word(
    'host',
    'cookie',
    'authorization',
    'last-event-id',
    'origin',
    'accept',
    'content-type',
    'content-length',
    'expect',
  ),
  word('localhost', 'rivulet_token=x', 'Bearer x', 'application/json', 'chunked', '100-continue', 'websocket'),
)
const request = fc
  .record({
    line: fc.tuple(method, fc.oneof(known, path), query),
    headers: fc.array(header, { maxLength: 5 }),
    body: fc.oneof(fc.constant(''), fc.json(), odd),
  })
  .map(({ line: [verb, where, search], headers, body }) => {
    const lines = ['host: localhost', ...headers.map(([name, value]) => `${name}: ${value}`)]
    const length = body === '' ? [] : ['content-type: application/json', `content-length: ${body.length}`]
    return `${verb} ${where}${search} HTTP/1.1\r\n${[...lines, ...length].join('\r\n')}\r\n\r\n${body}`
  })
/** Requests, halves of them, and what is none. */
const input = fc.oneof(
  { weight: 6, arbitrary: request },
  { weight: 2, arbitrary: fc.tuple(request, fc.nat(200)).map(([text, length]) => text.slice(0, length)) },
  { weight: 1, arbitrary: fc.array(request, { maxLength: 3 }).map((texts) => texts.join('')) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1')) },
)

/** An answer to HEAD has no body; what has one says in JSON what is wrong (RFC 9457). */
function checkRefusal(answer: string): void {
  const [head = '', rest = ''] = answer.split('\r\n\r\n')
  expect(head).toMatch(/^content-type: application\/problem\+json/im)
  const length = Number(/^content-length: (\d+)$/im.exec(head)![1])
  // What follows answers the next request, and an answer to HEAD has no body before it.
  const body = rest.slice(0, length)
  if (body.length < length || body.startsWith('HTTP/1.1 ')) return
  expect(JSON.parse(body)).toMatchObject({ detail: expect.stringMatching(/\w{2,} \w/), code: expect.any(String) })
}

/** The first that comes back; empty when the connection is closed without a word. */
function say(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const settle = (answer: string) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', (chunk) => settle(chunk.toString('latin1')))
    socket.once('end', () => settle(''))
    socket.once('error', () => settle(''))
    socket.once('close', () => settle(''))
    socket.end(text, 'latin1')
  })
}

it(`answers ${runs} requests that make no sense without failing, and goes on`, {
  timeout: fuzzTimeout(300),
}, async (context) => {
  const errors: unknown[] = []
  const logger = { info() {}, warn() {}, error: (details: object) => void errors.push(details) }
  const store = new MemoryStore()
  const { port, close } = await startServer(store, { logger })
  store.append([reading(), reading({ device: 'test:two' })])
  const memory = new MemoryWatch()
  let refused = 0
  try {
    await fc.assert(
      fc.asyncProperty(input, async (text) => {
        const answer = await say(port, text)
        memory.look()
        if (/^HTTP\/1\.1 4/.test(answer)) {
          refused++
          checkRefusal(answer)
        }
        expect(answer === '' || /^HTTP\/1\.1 [1-4]\d\d /.test(answer), answer).toBe(true)
        expect(answer).not.toMatch(/node_modules|\.[jt]s:\d/)
        expect(errors).toEqual([])
      }),
      { numRuns: runs },
    )
    expect((await ask({ port }, '/healthz')).status).toBe(200)
    memory.tell(context, { subject: 'HTTP requests', inputs: runs, refused })
    expect(refused).toBeGreaterThan(runs / 4)
  } finally {
    await close()
  }
})
