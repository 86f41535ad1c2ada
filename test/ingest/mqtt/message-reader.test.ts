import { generate, type IPublishPacket, type Packet } from 'mqtt-packet'
import { expect, it } from 'vitest'
import { type Message, readMessages } from '../../../src/ingest/mqtt/message-reader.ts'
import fc from '../../setup/properties.ts'
import { cut, cuts } from './streams.ts'

const max = 1000
/** Beyond it even with the longest topic. */
const huge = max + 65_540

const answers = { puback: 4, pubrec: 5, pubcomp: 7 }

/** A packet, and whether it is for MQTT.js. */
const messageId = fc.integer({ min: 1, max: 65_535 })
const other = fc
  .oneof(
    fc.constantFrom(
      { cmd: 'pingresp' },
      { cmd: 'puback', messageId: 7 },
      { cmd: 'suback', messageId: 1, granted: [1] },
    ),
    fc.record({ cmd: fc.constant('pubrel'), messageId }),
  )
  .map((packet) => packet as Packet)
const publish = fc.record({
  cmd: fc.constant('publish' as const),
  topic: fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }),
  payload: fc.oneof(
    { weight: 9, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.constantFrom(max, huge).map((size) => new Uint8Array(size)) },
  ),
  qos: fc.constantFrom(0, 1, 2),
  messageId,
  dup: fc.boolean(),
  retain: fc.boolean(),
  properties: fc.record(
    {
      messageExpiryInterval: fc.nat(),
      contentType: fc.string({ maxLength: 300 }),
      userProperties: fc.constant({ a: 'b' }),
    },
    { requiredKeys: [] },
  ),
})

it.each([4, 5] as const)('takes the messages out of any stream, however it is cut (MQTT version %i)', (version) => {
  const packet = fc.oneof({ weight: 3, arbitrary: publish }, { weight: 1, arbitrary: other }) as fc.Arbitrary<Packet>
  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 10 }), cuts, (packets, sizes) => {
      const { read, messages, left, acks } = reader({ version })
      const stream = packets.map((one) => bytesOf(one, version))
      // Chunks of a few bytes at packet borders, larger ones inside the long packets.
      const passed = cut(Buffer.concat(stream), [...sizes, 30_000]).map(read)
      const published = packets.filter((one) => one.cmd === 'publish')
      const taken = published.filter(({ payload }) => payload.length <= max)
      expect(Buffer.concat(passed.filter((bytes) => bytes !== undefined))).toEqual(
        Buffer.concat(stream.filter((_, i) => packets[i]!.cmd !== 'publish' && packets[i]!.cmd !== 'pubrel')),
      )
      expect(messages).toEqual(
        taken.map(({ topic, payload, retain, dup }) => ({ topic, payload: Buffer.from(payload), retain, dup })),
      )
      expect(left).toEqual(published.filter((one) => !taken.includes(one)).map(({ topic }) => topic))
      expect(acks).toEqual(packets.flatMap(answerTo))
    }),
    { numRuns: 100 },
  )
})

it('does not acknowledge a message that is not taken', () => {
  const { read, acks } = reader({ take: () => false })
  for (const qos of [0, 1, 2] as const) read(message({ qos }))
  expect(acks).toEqual([])
})

it('keeps no more of a message that is too large than its beginning', () => {
  const { read, left } = reader({})
  const head = Buffer.from('32ffffff7f0003612f621234', 'hex')
  const before = process.memoryUsage().arrayBuffers
  expect(read(head)).toBeUndefined()
  for (let bytes = 0; bytes < 20_000_000; bytes += 65_536) expect(read(Buffer.alloc(65_536))).toBeUndefined()
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000)
  expect(left).toEqual([])
})

it.each([
  ['a QoS of 3', 4, '360500016112346f'],
  ['a topic that is longer than the packet', 4, '3004000561626364'],
  ['no room for the packet id', 4, '32040001611c3003000162'],
  ['properties that are longer than the packet', 5, '300500016109aabb'],
  ['a length of properties that does not end', 5, '300700016180808080'],
  ['no topic', 4, '30030000ff'],
  ['a topic alias in place of a topic', 5, '30060000032300016f'],
  ['a PUBREL without packet id', 4, '620130'],
  ['a remaining length of five bytes', 4, '30ffffffff01'],
] as const)('refuses %s', (_, version, hex) => {
  const { read, messages } = reader({ version })
  expect(() => read(Buffer.from(hex, 'hex'))).toThrow()
  expect(messages).toEqual([])
})

it('takes any bytes at all without a crash of another kind, and no message of more than it may have', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(4, 5), cuts, (bytes, version, sizes) => {
      const { read, messages } = reader({ version: version as 4 | 5 })
      try {
        for (const chunk of cut(Buffer.from(bytes), sizes)) read(chunk)
      } catch (error) {
        expect((error as Error).message).toMatch(/malformed|without a topic/)
      }
      const bytesTaken = messages.reduce(
        (sum, { payload, topic }) => sum + payload.length + Buffer.byteLength(topic) / 3,
        0,
      )
      expect(bytesTaken).toBeLessThanOrEqual(bytes.length)
    }),
  )
})

function reader({ version = 4, take = () => true }: { version?: 4 | 5; take?: () => boolean }) {
  const messages: Message[] = []
  const left: string[] = []
  const acks: [type: number, id: number][] = []
  const read = readMessages({
    version,
    messageBytesMax: max,
    take: (message) => {
      // The payload is a view of the chunk.
      messages.push({ ...message, payload: Buffer.from(message.payload) })
      return take()
    },
    oversized: (topic) => left.push(topic),
    acknowledge: (type, id) => acks.push([type, id]),
  })
  return { read, messages, left, acks }
}

function message(fields: Partial<IPublishPacket>): Buffer {
  return generate({
    cmd: 'publish',
    topic: 'a/b',
    payload: 'x',
    qos: 1,
    messageId: 1,
    dup: false,
    retain: false,
    ...fields,
  })
}

function bytesOf(packet: Packet, version: 4 | 5): Buffer {
  const payload = packet.cmd === 'publish' && { payload: Buffer.from(packet.payload) }
  return generate({ ...packet, ...payload } as Packet, { protocolVersion: version })
}

function answerTo(packet: Packet): [type: number, id: number][] {
  if (packet.cmd === 'pubrel') return [[answers.pubcomp, packet.messageId!]]
  if (packet.cmd !== 'publish' || packet.qos === 0) return []
  return [[packet.qos === 1 ? answers.puback : answers.pubrec, packet.messageId!]]
}
