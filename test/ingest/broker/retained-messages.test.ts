import { expect, it } from 'vitest'
import { type RetainedMessage, RetainedMessages } from '../../../src/ingest/broker/retained-messages.ts'

const message = (topic: string, text: string): RetainedMessage => ({ topic, payload: Buffer.from(text), qos: 1 })

it('keeps the last message of each topic, also behind its port', () => {
  const { messages, kept, texts } = open()
  messages.keep(message('a/1', 'old'))
  messages.keep(message('a/1', 'new'))
  messages.keep(message('a/2', 'two'))
  messages.keep(message('a/2', ''))
  expect(texts('#')).toEqual(['new'])
  expect([...kept.keys()]).toEqual(['a/1'])
})

it('starts with what was kept before', () => {
  const before = open()
  before.messages.keep(message('a', '1'))
  expect(open(before.kept).texts('+')).toEqual(['1'])
})

it('gives those that a filter takes, each once', () => {
  const { messages, texts } = open()
  for (const topic of ['a', 'a/b', 'c', '$x']) messages.keep(message(topic, topic))
  expect(texts('a/#', '+')).toEqual(['a', 'a/b', 'c'])
})

it('takes no new topic beyond 10,000, but still changes those it has', () => {
  const { messages } = open()
  for (let i = 0; i < 10_000; i++) expect(messages.keep(message(`${i}`, 'x'))).toBe(true)
  expect(messages.keep(message('more', 'x'))).toBe(false)
  expect(messages.keep(message('0', 'y'))).toBe(true)
  messages.keep(message('0', ''))
  expect(messages.keep(message('more', 'x'))).toBe(true)
})

it('forgets a message whose successor has no room: it is no longer true', () => {
  const { messages, texts } = open()
  for (let i = 0; i < 15; i++) messages.keep(message(`${i}`, 'x'.repeat(1024 * 1024)))
  messages.keep(message('state', 'on'))
  expect(messages.keep(message('state', 'x'.repeat(2 * 1024 * 1024)))).toBe(false)
  expect(texts('state')).toEqual([])
})

it('copies what it keeps: the payload is a view of a socket’s buffer', () => {
  const { messages, texts } = open()
  const payload = Buffer.from('21.5')
  messages.keep({ topic: 'a', payload, qos: 0 })
  payload.fill(0)
  expect(texts('a')).toEqual(['21.5'])
})

function open(kept = new Map<string, RetainedMessage>()) {
  const messages = new RetainedMessages({
    load: () => kept.values(),
    put: (one) => void kept.set(one.topic, one),
    delete: (topic) => void kept.delete(topic),
  })
  const texts = (...filters: string[]) => Array.from(messages.matching(filters), ({ payload }) => payload.toString())
  return { messages, kept, texts }
}
