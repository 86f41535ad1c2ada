import { Readable } from 'node:stream'
import { beforeEach, expect, it } from 'vitest'
import { Sessions } from '../../../src/ingest/broker/sessions.ts'

let sessions: Sessions
let counter: number

beforeEach(() => {
  sessions = new Sessions(() => Readable.from([]))
  counter = 0
})

it('queues each message once for a client with several filters that take it', async () => {
  subscribe('a', 'x/#', 'x/+')
  await publish('x/1', 'hello')
  expect(await queued('a')).toEqual(['hello'])
})

it('forgets a message that was acknowledged', async () => {
  subscribe('a', '#')
  const first = await publish('x', '1')
  await publish('x', '2')
  await sessions.outgoingUpdate({ id: 'a' }, { ...first, messageId: 7 })
  expect(await sessions.outgoingClearMessageId({ id: 'a' }, { messageId: 7 })).toMatchObject({
    payload: Buffer.from('1'),
  })
  expect(await sessions.outgoingClearMessageId({ id: 'a' }, { messageId: 7 })).toBeUndefined()
  expect(await queued('a')).toEqual(['2'])
})

it('keeps the newest messages of a client that stays away, and does not fail for the others', async () => {
  subscribe('a', '#')
  const oldest = await publish('x', '0')
  for (let i = 1; i <= 1500; i++) await publish('x', `${i}`)
  const left = await queued('a')
  expect(left).toHaveLength(1000)
  expect(left.at(-1)).toBe('1500')
  await sessions.outgoingUpdate({ id: 'a' }, { ...oldest, messageId: 1 })
})

it('bounds the bytes that wait for one client, and for all', async () => {
  for (let i = 0; i < 20; i++) subscribe(`client ${i}`, '#')
  const megabyte = 'x'.repeat(1024 * 1024)
  for (let i = 0; i < 6; i++) await publish('x', megabyte)
  let total = 0
  for (let i = 0; i < 20; i++) {
    const messages = (await queued(`client ${i}`)).length
    expect(messages).toBeLessThan(4)
    total += messages
  }
  expect(total).toBeLessThan(64)
  expect(total).toBeGreaterThan(50)
})

it('has room again when sessions end', async () => {
  const megabyte = 'x'.repeat(1024 * 1024)
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 20; i++) subscribe(`client ${i}`, '#')
    for (let i = 0; i < 3; i++) await publish('x', megabyte)
    expect(await queued('client 0')).toHaveLength(3)
    for (let i = 0; i < 20; i++) await sessions.cleanSubscriptions({ id: `client ${i}` })
  }
})

it('gives up the session unused for longest when there are too many', async () => {
  for (let i = 0; i <= 1000; i++) subscribe(`client ${i}`, '#')
  expect(await sessions.subscriptionsByClient({ id: 'client 0' })).toEqual([])
  expect(await sessions.subscriptionsByClient({ id: 'client 1' })).toHaveLength(1)
  expect(await sessions.subscriptionsByTopic('x')).toHaveLength(1000)
})

it('gives up old sessions when all of them have more filters than there is room for', async () => {
  const deep = (client: number, i: number) => `${client}/${i}${'/x'.repeat(98)}`
  for (let client = 0; client < 3; client++)
    for (let i = 0; i < 1000; i++) subscribe(`client ${client}`, deep(client, i))
  const kept = await Promise.all([0, 1, 2].map((client) => sessions.subscriptionsByClient({ id: `client ${client}` })))
  expect(kept.map(({ length }) => length)).toEqual([0, 1000, 1000])
  expect(await sessions.subscriptionsByTopic(deep(0, 1))).toEqual([])
})

it('ends a session with all it holds', async () => {
  subscribe('a', '#')
  await publish('x', '1')
  await sessions.cleanSubscriptions({ id: 'a' })
  await publish('x', '2')
  expect(await queued('a')).toEqual([])
  expect(await sessions.subscriptionsByTopic('x')).toEqual([])
})

it('remembers the ids of QoS 2 messages until they are released', async () => {
  const packet = { messageId: 9 }
  await expect(sessions.incomingGetPacket({ id: 'a' }, packet)).rejects.toThrow('no such packet')
  await sessions.incomingStorePacket({ id: 'a' }, packet)
  await expect(sessions.incomingGetPacket({ id: 'a' }, packet)).resolves.toBeTruthy()
  await sessions.incomingDelPacket({ id: 'a' }, packet)
  await expect(sessions.incomingGetPacket({ id: 'a' }, packet)).rejects.toThrow()
})

it('puts PUBREL in the place of a QoS 2 message that was received', async () => {
  subscribe('a', '#')
  const packet = await publish('x', '1')
  await sessions.outgoingUpdate({ id: 'a' }, { ...packet, messageId: 3 })
  await sessions.outgoingUpdate({ id: 'a' }, { cmd: 'pubrel', messageId: 3 } as never)
  const [waiting] = await sessions.outgoingStream({ id: 'a' }).toArray()
  expect(waiting).toMatchObject({ cmd: 'pubrel', messageId: 3 })
  await sessions.outgoingClearMessageId({ id: 'a' }, { messageId: 3 })
  expect(await queued('a')).toEqual([])
})

function subscribe(id: string, ...filters: string[]): void {
  for (const topic of filters) sessions.keepSubscription({ id }, { topic, qos: 1 })
}

async function publish(topic: string, text: string) {
  const base = { cmd: 'publish', brokerId: 'b', qos: 1, dup: false, retain: false } as const
  const packet = { ...base, brokerCounter: ++counter, topic, payload: Buffer.from(text) }
  await sessions.outgoingEnqueueCombi(await sessions.subscriptionsByTopic(topic), packet)
  return packet
}

async function queued(id: string): Promise<string[]> {
  const waiting = (await (sessions.outgoingStream({ id }) as Readable).toArray()) as { payload: Buffer }[]
  return waiting.map(({ payload }) => payload.toString())
}
