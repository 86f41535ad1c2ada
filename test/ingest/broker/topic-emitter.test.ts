import { expect, it } from 'vitest'
import { TopicEmitter } from '../../../src/ingest/broker/topic-emitter.ts'

it('brings a message to all who subscribed, and is done when all have taken it', () => {
  const emitter = new TopicEmitter()
  const heard: string[] = []
  const open: (() => void)[] = []
  for (const filter of ['a/#', 'a/+', 'b']) {
    emitter.on(filter, ({ topic }, taken) => {
      heard.push(`${filter} ${topic}`)
      open.push(taken)
    })
  }
  let done = 0
  emitter.emit({ topic: 'a/1' }, () => done++)
  expect(heard.sort()).toEqual(['a/# a/1', 'a/+ a/1'])
  open[0]!()
  expect(done).toBe(0)
  open[1]!()
  expect(done).toBe(1)
  emitter.emit({ topic: 'c' }, () => done++)
  expect(done).toBe(2)
})

it('brings nothing more to who has unsubscribed', async () => {
  const emitter = new TopicEmitter()
  const heard: string[] = []
  const receive = ({ topic }: { topic: string }, taken: () => void) => {
    heard.push(topic)
    taken()
  }
  emitter.on('a', receive)
  emitter.on('b', receive)
  emitter.emit({ topic: 'a' })
  await new Promise<void>((resolve) => emitter.removeListener('a', receive, resolve))
  emitter.emit({ topic: 'a' })
  emitter.emit({ topic: 'b' })
  expect(heard).toEqual(['a', 'b'])
})

it('brings what comes after a subscription to who subscribed, on a topic that was heard before', () => {
  const emitter = new TopicEmitter()
  const heard: string[] = []
  emitter.emit({ topic: 'a' })
  emitter.on('#', ({ topic }, taken) => {
    heard.push(topic)
    taken()
  })
  emitter.emit({ topic: 'a' })
  // More than are remembered.
  for (let i = 0; i < 1500; i++) emitter.emit({ topic: `${i}` })
  emitter.emit({ topic: 'a' })
  expect(heard).toHaveLength(1502)
})

it('has no more than a hundred under way, and goes through any number that waited', () => {
  const emitter = new TopicEmitter()
  const open: (() => void)[] = []
  emitter.on('slow', (_message, taken) => open.push(taken))
  let done = 0
  for (let i = 0; i < 100; i++) emitter.emit({ topic: 'slow' })
  for (let i = 0; i < 50_000; i++) emitter.emit({ topic: 'nobody' }, () => done++)
  emitter.emit({ topic: 'slow' })
  expect([open.length, done]).toEqual([100, 0])
  open[0]!()
  expect([open.length, done]).toEqual([101, 50_000])
})

it('takes messages that are emitted when another is done', () => {
  const emitter = new TopicEmitter()
  let count = 0
  const again = () => {
    if (++count < 50_000) emitter.emit({ topic: 'nobody' }, again)
  }
  emitter.emit({ topic: 'nobody' }, again)
  expect(count).toBe(50_000)
})

it('refuses what comes after it was closed', async () => {
  const emitter = new TopicEmitter()
  await new Promise<void>((resolve) => emitter.close(resolve))
  const refused = await new Promise<Error | undefined>((resolve) => emitter.emit({ topic: 'a' }, resolve))
  expect(refused?.message).toBe('the broker is closed')
})
