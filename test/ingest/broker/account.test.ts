import { generate } from 'mqtt-packet'
import { expect, it } from 'vitest'
import { Account } from '../../../src/ingest/broker/account.ts'
import { pace } from '../../../src/ingest/broker/pace.ts'
import { packetType } from '../../../src/ingest/mqtt/packets.ts'
import fc from '../../setup/properties.ts'
import { cut, cuts } from '../mqtt/streams.ts'

const ping = generate({ cmd: 'pingreq' })
const puback = generate({ cmd: 'puback', messageId: 49_152 })

function open(perSecond = 100) {
  const told = { slowed: 0 }
  const clock = { now: 5000 }
  const account = new Account(
    pace(perSecond, () => clock.now),
    () => told.slowed++,
  )
  /** Hands all of it on as the gate does; returns how long that took. */
  const send = (bytes: Buffer) => {
    const began = clock.now
    for (let left = bytes; left.length > 0; ) {
      const { bytes: passed, restMs } = account.allow(left)
      left = left.subarray(passed)
      clock.now += restMs
    }
    return clock.now - began
  }
  return { account, clock, told, send }
}

const many = (packet: Buffer, count: number) => Buffer.concat(Array.from({ length: count }, () => packet))

it('makes a client wait in the middle of a read, between two packets', () => {
  const { account, told, send } = open()
  const { bytes, restMs } = account.allow(many(ping, 10_000))
  expect(bytes).toBeLessThanOrEqual(2 * 102)
  expect(bytes % ping.length).toBe(0)
  expect(restMs).toBeGreaterThan(0)
  expect(account.allow(ping).bytes).toBe(0)
  expect(told.slowed).toBe(0)
  send(many(ping, 200))
  expect(told.slowed).toBe(1)
})

it.each([
  ['PINGREQ', ping],
  ['PUBACK that nothing asked for', puback],
  ['PUBREL that nothing asked for', generate({ cmd: 'pubrel', messageId: 1 })],
  ['PUBLISH', generate({ cmd: 'publish', topic: 'a', payload: Buffer.alloc(500), qos: 0, dup: false, retain: false })],
  ['SUBSCRIBE', generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] })],
  ['UNSUBSCRIBE', generate({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: ['#'] })],
])('holds a client that sends one %s after the other to its rate, however they are cut', (_name, packet) => {
  fc.assert(
    fc.property(cuts, (sizes) => {
      const { clock, send } = open()
      const began = clock.now
      for (const chunk of cut(many(packet, 500), sizes)) send(chunk)
      expect(clock.now - began).toBeGreaterThanOrEqual(3990)
      expect(clock.now - began).toBeLessThanOrEqual(4010)
    }),
    { numRuns: 20 },
  )
})

it('counts no answer that was asked for', () => {
  const { account, told, send } = open()
  for (let i = 0; i < 1000; i++) account.asked(packetType.puback)
  expect(send(many(puback, 1000))).toBe(0)
  expect(told.slowed).toBe(0)
  expect(send(many(puback, 201))).toBeGreaterThan(1000)
  account.asked(packetType.pubcomp)
  expect(send(generate({ cmd: 'pubrec', messageId: 1 }))).toBe(10)
})

it('counts a packet with many filters, and a long message, for more than one', () => {
  const subscriptions = Array.from({ length: 1000 }, (_, i) => ({ topic: `${i}`.padStart(61, 'x'), qos: 0 as const }))
  const { account, send } = open()
  expect(send(generate({ cmd: 'subscribe', messageId: 1, subscriptions }))).toBe(9010)
  expect(account.allow(ping)).toEqual({ bytes: 2, restMs: 10 })
  const payload = Buffer.alloc(1024 * 1024)
  const message = generate({ cmd: 'publish', topic: 'a', payload, qos: 0, dup: false, retain: false })
  expect(open().send(message)).toBe(9250)
})
