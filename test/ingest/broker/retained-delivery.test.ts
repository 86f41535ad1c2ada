import type { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { RetainedDelivery } from '../../../src/ingest/broker/retained-delivery.ts'
import { RetainedMessages } from '../../../src/ingest/broker/retained-messages.ts'
import { until } from '../../setup/until.ts'

function open(count: number, perSecond = Number.POSITIVE_INFINITY) {
  const retained = new RetainedMessages()
  for (let i = 0; i < count; i++) retained.keep({ topic: `kept/${i}`, payload: Buffer.from('x'), qos: 0 })
  const delivery = new RetainedDelivery<{ destroyed: boolean }>(retained, () => perSecond)
  const subscribe = (client: { destroyed: boolean }, ...filters: string[]) => {
    delivery.subscribed(client)
    return topicsOf(delivery.stream(filters))
  }
  return { delivery, subscribe }
}

/** What has come so far, and whether that was all. */
function topicsOf(stream: Readable): { topics: string[]; isOver: boolean } {
  const seen = { topics: [] as string[], isOver: false }
  stream.on('data', ({ topic }: { topic: string }) => seen.topics.push(topic)).on('end', () => (seen.isOver = true))
  return seen
}

it('sends each client that subscribes what is kept under its filters', async () => {
  const { subscribe } = open(20)
  const [one, two] = [subscribe({ destroyed: false }, 'kept/7'), subscribe({ destroyed: false }, 'kept/+', '#')]
  await until('both have ended', () => one.isOver && two.isOver)
  expect(one.topics).toEqual(['kept/7'])
  expect(two.topics).toHaveLength(20)
})

it('sends together what a client subscribes to while it is being sent to', async () => {
  const client = { destroyed: false }
  const { subscribe } = open(100)
  const first = subscribe(client, '#')
  const others = Array.from({ length: 1000 }, (_, i) => subscribe(client, i % 2 === 0 ? '#' : 'kept/1'))
  await until('all have ended', () => first.isOver && others.every(({ isOver }) => isOver))
  expect(first.topics.length).toBeLessThanOrEqual(200)
  expect(first.topics.slice(-100)).toHaveLength(100)
  expect(others.flatMap(({ topics }) => topics)).toEqual([])
})

it('has a client wait for the next pass until it could have published as many', async () => {
  const client = { destroyed: false }
  const { delivery, subscribe } = open(2000, 1000)
  const began = performance.now()
  const first = subscribe(client, '#')
  await until('the first pass is over', () => first.isOver)
  expect(first.topics).toHaveLength(2000)
  const second = subscribe(client, 'kept/1', 'kept/2')
  delivery.unsubscribed(client, 'kept/1')
  await until('the second is over', () => second.isOver)
  expect(performance.now() - began).toBeGreaterThan(1000)
  expect(second.topics).toEqual(['kept/2'])
})

it('sends nothing more to a client that is gone', async () => {
  const client = { destroyed: false }
  const { delivery } = open(5000)
  delivery.subscribed(client)
  const stream = delivery.stream(['#'])
  const seen = topicsOf(stream)
  stream.once('data', () => (client.destroyed = true))
  await until('it is over', () => seen.isOver)
  expect(seen.topics.length).toBeLessThan(100)
})
