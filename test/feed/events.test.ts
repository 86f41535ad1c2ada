import { EventSource } from 'eventsource'
import { createParser, type EventSourceMessage } from 'eventsource-parser'
import { afterAll, expect, it } from 'vitest'
import { deviceEvent, openingEvents, pageEvents } from '../../src/feed/events.ts'
import { isoTime, readingJson } from '../../src/feed/json.ts'
import type { LoggedReading } from '../../src/reading.ts'
import { MemoryStore, startServer } from '../http/harness.ts'
import fc from '../setup/properties.ts'

const runs = [
  { id: 'aaaa', first: 1 },
  { id: 'bbbb', first: 50 },
  { id: 'cccc', first: 51 },
]

/** What breaks naive encoders: ends of lines and events, field names, NUL, BOM, lone surrogates, quotes. */
const hostile = fc.oneof(
  fc.constantFrom(
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    '\u0000',
    '\ufeff',
    '\u2028',
    '\u2029',
    '\u0085',
    '\ud800',
    '\udfff',
    '"',
    '\\',
  ),
  fc.constantFrom('\ndata: x', '\nevent: gap', '\nid: 9', '\nretry: 1', ': comment', '</script>', '__proto__'),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
)
const text = fc.array(hostile, { maxLength: 4 }).map((parts) => parts.join(''))
const anyReading: fc.Arbitrary<Omit<LoggedReading, 'seq'>> = fc.record(
  {
    device: text,
    metric: text,
    channel: text,
    unit: fc.option(text),
    value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), text),
    time: fc.integer({ min: Date.UTC(-1, 0, 1), max: Date.UTC(10_001, 0, 1) }),
    quality: fc.constantFrom('stale', 'unsynced', 'suspect'),
  },
  { requiredKeys: ['device', 'metric', 'unit', 'value', 'time'] },
)

const onTheWire = (reading: LoggedReading) => {
  const bounded = Math.min(
    Math.max(reading.time, Date.parse('0000-01-01T00:00:00Z')),
    Date.UTC(9999, 11, 31, 23, 59, 59, 999),
  )
  return JSON.parse(JSON.stringify({ ...reading, time: new Date(bounded).toISOString() }))
}

function parsed(text: string): EventSourceMessage[] {
  const events: EventSourceMessage[] = []
  const problems: unknown[] = []
  const parser = createParser({ onEvent: (event) => events.push(event), onError: (error) => problems.push(error) })
  parser.feed(Buffer.from(text).toString())
  expect(problems).toEqual([])
  return events
}

it('gives every reading back as it was, whatever its strings hold', () => {
  fc.assert(
    fc.property(fc.array(anyReading, { maxLength: 20 }), fc.integer({ min: 1, max: 60 }), (given, first) => {
      const readings = given.map((reading, index) => ({ ...reading, seq: first + index }))
      const events = parsed(pageEvents(runs, 100, first - 1, { readings, next: first + given.length - 1 }))
      expect(events.map(({ event, data }) => [event, JSON.parse(data)])).toEqual(
        readings.map((reading) => [undefined, onTheWire(reading)]),
      )
      expect(events.map(({ id }) => id)).toEqual(
        readings.map(({ seq }) => `${seq < 50 ? 'aaaa' : seq < 51 ? 'bbbb' : 'cccc'}.${seq}`),
      )
    }),
    { numRuns: 300 },
  )
})

it('is what JSON.stringify would write, in the same order', () => {
  fc.assert(
    fc.property(anyReading, (given) => {
      const { device, metric, channel, value, unit, quality } = given
      const { time } = onTheWire({ ...given, seq: 1 })
      expect(readingJson({ ...given, seq: 1 })).toBe(
        JSON.stringify({ seq: 1, device, metric, channel, value, unit, time, quality }),
      )
    }),
  )
})

it('writes times like Date, faster', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.UTC(9999, 11, 31) }), (time) => {
      expect(isoTime(time)).toBe(new Date(time).toISOString())
    }),
  )
  expect([isoTime(Number.NEGATIVE_INFINITY), isoTime(8.64e15)]).toEqual([
    '0000-01-01T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
  ])
})

it('names what is lost before the readings, and how far a filter has skipped after them', () => {
  const reading: LoggedReading = { seq: 50, device: 'a:1', metric: 'm', unit: null, value: true, time: 0 }
  const events = parsed(pageEvents(runs, 99_999, 4, { readings: [reading], next: 20_000, lost: { from: 5, to: 40 } }))
  expect(events).toEqual([
    { id: 'aaaa.40', event: 'gap', data: '{"from":5,"to":40,"reason":"retention"}' },
    { id: 'bbbb.50', event: undefined, data: expect.stringContaining('"seq":50') },
    { id: 'cccc.20000', event: 'cursor', data: '{"head":99999}' },
  ])
  expect(pageEvents(runs, 9000, 4, { readings: [], next: 9000 })).toBe('')
  expect(parsed(pageEvents(runs, 20_000, 4, { readings: [], next: 20_000 }))).toMatchObject([{ id: 'cccc.20000' }])
})

it('does not move the position of a client before it was told of a gap', () => {
  const opening = openingEvents(
    runs,
    { after: 60, gap: { from: 61, to: 70, reason: 'future' } },
    { head: 60, oldest: 1 },
  )
  expect(parsed(opening)).toEqual([
    { id: undefined, event: 'cursor', data: '{"head":60,"oldest":1}' },
    { id: 'cccc.60', event: 'gap', data: '{"from":61,"to":70,"reason":"future"}' },
  ])
})

it('tells of devices without an id, whatever theirs is called', () => {
  fc.assert(
    fc.property(text, (id) => {
      const change = { id, status: 'online', time: '…', name: id, tags: { [id]: id }, hidden: false } as const
      const [event] = parsed(deviceEvent(change))
      expect([event!.id, event!.event, JSON.parse(event!.data)]).toEqual([undefined, 'device', change])
    }),
  )
})

const store = new MemoryStore()
const server = await startServer(store)
afterAll(() => server.close())

it('reaches an EventSource as it was', async () => {
  const given = fc.sample(anyReading, 200)
  store.append(given)
  const source = new EventSource(`${server.url}/api/stream?after=0`)
  const received: { lastEventId: string; data: string }[] = []
  await new Promise<void>((resolve, reject) => {
    source.onmessage = ({ lastEventId, data }) => {
      received.push({ lastEventId, data })
      if (received.length === given.length) resolve()
    }
    source.onerror = () => reject(new Error('the stream ended'))
  })
  source.close()
  expect(received.map(({ data }) => JSON.parse(data))).toEqual(
    given.map((reading, i) => onTheWire({ ...reading, seq: i + 1 })),
  )
  expect(received.map(({ lastEventId }) => lastEventId)).toEqual(given.map((_, i) => `${store.runs[0]!.id}.${i + 1}`))
})
