import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { expect, it } from 'vitest'
import { limitPublishes } from '../../../src/ingest/mqtt/publish-limit.ts'
import { cut, cuts, packet } from './streams.ts'

const max = 1000
/** Beyond it even with the longest topic. */
const huge = max + 65_540

const publish = (qos: 0 | 1 | 2, bytes: number, topic = 'a/b') =>
  generate({ cmd: 'publish', topic, payload: 'x'.repeat(bytes), qos, messageId: 0x1234, dup: false, retain: false })

it('leaves out what is too large and nothing else, however the stream is cut', () => {
  const large = fc.constantFrom(0, 1, 2).map((qos) => publish(qos as 0 | 1 | 2, huge))
  const step = fc.oneof(
    { weight: 4, arbitrary: packet.map((bytes) => ({ bytes, kept: true })) },
    { weight: 1, arbitrary: large.map((bytes) => ({ bytes, kept: false })) },
  )
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), cuts, (steps, sizes) => {
      const { admit, left } = limit()
      const stream = Buffer.concat(steps.map(({ bytes }) => bytes))
      // Chunks of a few bytes at packet borders, larger ones inside the long packets.
      const passed = cut(stream, [...sizes, 30_000]).map(admit)
      const kept = steps.filter((one) => one.kept).map(({ bytes }) => bytes)
      expect(Buffer.concat(passed.filter((bytes) => bytes !== undefined))).toEqual(Buffer.concat(kept))
      expect(left).toHaveLength(steps.length - kept.length)
    }),
    { numRuns: 60 },
  )
})

it('passes the largest payload that is allowed', () => {
  const { admit, left } = limit()
  const bytes = publish(1, max)
  expect(admit(bytes)).toEqual(bytes)
  expect(left).toEqual([])
})

it('acknowledges a message that is left out, so that the broker goes on to the next', () => {
  const { admit, left, acks } = limit()
  for (const qos of [0, 1, 2] as const) expect(admit(publish(qos, huge, 'camera/front'))).toBeUndefined()
  expect(left).toEqual([0, 2, 2].map((id) => ({ topic: 'camera/front', bytes: 2 + 12 + id + huge })))
  expect(acks).toEqual([generate({ cmd: 'puback', messageId: 0x1234 }), generate({ cmd: 'pubrec', messageId: 0x1234 })])
})

function limit() {
  const left: { topic: string; bytes: number }[] = []
  const acks: Buffer[] = []
  const admit = limitPublishes(
    max,
    (topic, bytes) => left.push({ topic, bytes }),
    (ack) => acks.push(ack),
  )
  return { admit, left, acks }
}
