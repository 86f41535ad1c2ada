import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Reading, Value } from '../../src/reading.ts'
import { MemoryStore, reading, startServer } from '../http/harness.ts'
import { launchChromium } from '../setup/chromium.ts'
import fc from '../setup/properties.ts'
import { until } from '../setup/until.ts'

/** The stream as a browser's own EventSource reads it. The names are those of web-platform-tests, `eventsource/`. */

let browser: Browser
let page: Page
beforeAll(async () => {
  browser = await launchChromium()
  page = await browser.newPage()
})
afterAll(() => browser.close())

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

interface Got {
  readonly type: string
  readonly data: string
  readonly lastEventId: string
}

/** In the page: all events of the EventSource called `source`, as they come. */
const collect = `(path) => {
  globalThis.got = []
  globalThis.source = new EventSource(path)
  for (const type of ['message', 'cursor', 'gap', 'device', 'x', 'error', 'open'])
    source.addEventListener(type, ({ data, lastEventId }) => got.push({ type, data: data ?? '', lastEventId: lastEventId ?? '' }))
}`

async function start(store = new MemoryStore()) {
  let server = await startServer(store)
  toClose.push(() => server.close())
  // Leaves the streams of the test.
  toClose.push(() => page.goto('about:blank'))
  await page.goto(`${server.url}/healthz`)
  return {
    store,
    page,
    url: server.url,
    directory: server.directory,
    open: (path: string) => page.evaluate(`(${collect})(${JSON.stringify(path)})`),
    got: (type: string) => events(page, type),
    /** Ends the gateway, and starts it again at the same address. */
    restart: async (meanwhile: () => void) => {
      await server.close()
      meanwhile()
      const { port } = server
      server = await startServer(store)
      // A server of this harness takes a free port: a second listener takes the one that the page knows.
      await server.server.listen({ host: '127.0.0.1', port })
    },
  }
}

async function events(page: Page, type: string): Promise<Got[]> {
  return ((await page.evaluate('got')) as Got[]).filter((each) => each.type === type)
}

/** The readings with these values, as the browser hands them on. */
async function throughBrowser(values: readonly Value[], fields: Partial<Reading> = {}): Promise<unknown[]> {
  const { store, open, got } = await start()
  store.append(values.map((value) => reading({ ...fields, unit: null, value })))
  await open('/api/stream?after=0')
  await until('all readings are there', async () => (await got('message')).length >= values.length)
  const messages = await got('message')
  expect(messages.map(({ lastEventId }) => lastEventId)).toEqual(
    values.map((_, index) => `${store.runs[0]!.id}.${index + 1}`),
  )
  expect(await got('x')).toEqual([])
  expect(await got('gap')).toEqual([])
  return messages.map(({ data }) => JSON.parse(data).value)
}

describe('format', () => {
  const cases: Record<string, readonly string[]> = {
    'format-newlines': ['a\nb', 'a\rb', 'a\r\nb', '\n', '\r\r\n\n', 'a\n\nb', 'a\u2028b\u2029c\u0085d'],
    'format-null-character': ['\0', 'a\0b', '\0\n\0'],
    'format-field-id-null': ['\nid: 9\0\n', '\0id: 9'],
    'format-bom': ['\ufeff', '\ufeffdata: x'],
    'format-bom-2': ['\ufeff\ufeff', 'a\ufeff'],
    'format-leading-space': [' a', '  a', '\ta', ' ', ''],
    'format-comments': [': comment', ':', '\n:\n', '\n: comment\n\n'],
    'format-field-parsing': ['\ndata:x', '\ndata\ndata\n\n', 'data:\0', '\n data: x', '\nDATA: x'],
    'format-field-event': ['\nevent: x\n', '\n\nevent: x\ndata: y\n\n'],
    'format-field-event-empty': ['\nevent:\n', '\nevent'],
    'format-field-id-2': ['\nid: 9\n', '\nid\n', '\nid:\n'],
    'format-field-retry': ['\nretry: 1\n', '\nretry:\n', '\nretry: x\n'],
    'format-field-unknown': ['\nnonsense: x\n', 'justsometext\n\n'],
    'format-utf-8': ['ok…', '\u{1f321}\ufe0f 21 \u00b0C', '\ud800', '\udfff', 'a\ud83d', '\udca9b', '\u{10ffff}'],
    'event-data': ['{"seq":1}', '"', '\\', '</script>', '__proto__', 'x'.repeat(100_000)],
  }
  it.each(Object.entries(cases))('%s', async (_, texts) => {
    expect(await throughBrowser(texts)).toEqual(texts)
  })

  it('format-data-before-final-empty-line', async () => {
    const { store, open, got } = await start()
    await open('/api/stream')
    await until('the cursor', async () => (await got('cursor')).length === 1)
    for (let value = 1; value <= 5; value++) {
      store.append([reading({ value })])
      // No event waits for the one after it to be complete.
      await until(`reading ${value}`, async () => (await got('message')).length === value)
    }
  })

  it('format-utf-8, whatever the parts in which it arrives', async () => {
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 200 }), 1500)
    const units = fc.sample(fc.string({ unit: 'grapheme', maxLength: 50 }), 1500)
    expect(await throughBrowser([...texts, ...units])).toEqual([...texts, ...units])
  })
})

it('format-mime-valid, request-cache-control: compressed, and not to be stored', async () => {
  const { page, open, got } = await start()
  const response = page.waitForResponse(/stream/)
  await open('/api/stream')
  await until('the cursor', async () => (await got('cursor')).length === 1)
  expect(await (await response).allHeaders()).toMatchObject({
    'content-type': 'text/event-stream',
    'content-encoding': 'gzip',
    'cache-control': 'no-cache, no-transform',
  })
})

it('format-field-id, format-field-id-3: what has no id leaves the last one as it was', async () => {
  const { store, directory, open, got } = await start()
  store.append([reading()])
  await open('/api/stream?after=0')
  await until('the reading', async () => (await got('message')).length === 1)
  directory.setStatus('a:1', true)
  await until('the device', async () => (await got('device')).length > 0)
  const run = store.runs[0]!.id
  expect((await got('cursor'))[0]!.lastEventId).toBe(`${run}.0`)
  expect((await got('device')).at(-1)!.lastEventId).toBe(`${run}.1`)
})

it('eventsource-reconnect, last-event-id: goes on behind what it has, over a restart', async () => {
  const { store, page, open, got, restart } = await start()
  store.append([1, 2].map((value) => reading({ value })))
  await open('/api/stream?after=0')
  await until('two readings', async () => (await got('message')).length === 2)
  const asked = page.waitForRequest(/stream/)
  await restart(() => store.append([3, 4].map((value) => reading({ value }))))
  expect((await (await asked).allHeaders())['last-event-id']).toBe(`${store.runs[0]!.id}.2`)
  await until('four readings', async () => (await got('message')).length >= 4)
  store.append([reading({ value: 5 })])
  await until('five readings', async () => (await got('message')).length >= 5)
  expect((await got('message')).map(({ data }) => JSON.parse(data).seq)).toEqual([1, 2, 3, 4, 5])
  expect(await page.evaluate('source.readyState')).toBe(1)
})

it('request-status-error: what would never succeed is said once and for all', async () => {
  const { page, open, got } = await start()
  for (const path of ['/api/stream?nonsense', '/api/stream?every=x']) {
    await open(path)
    await until('it is refused', async () => (await got('error')).length === 1)
    expect(await page.evaluate('source.readyState')).toBe(2)
  }
})

it('eventsource-close: leaves nothing behind', async () => {
  const { url, page, open, got } = await start()
  await open('/api/stream')
  await until('the cursor', async () => (await got('cursor')).length === 1)
  await page.evaluate('source.close()')
  await until('the stream is gone', async () =>
    (await (await fetch(`${url}/metrics`)).text()).includes('\nrivulet_streams 0\n'),
  )
})
