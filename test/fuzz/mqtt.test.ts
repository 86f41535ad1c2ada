import { once } from 'node:events'
import { connect } from 'node:net'
import { connectAsync } from 'mqtt'
import { generate, type Packet } from 'mqtt-packet'
import { expect, it } from 'vitest'
import type { MqttFrame } from '../../src/frame.ts'
import { BrokerInput } from '../../src/ingest/broker/broker-input.ts'
import { DurabilityByHand } from '../ingest/durability.ts'
import fc from '../setup/properties.ts'
import { until } from '../setup/until.ts'
import { fuzzRuns, fuzzTimeout, MemoryWatch } from './runs.ts'

const runs = fuzzRuns(300)
const messageBytesMax = 4096

const text = fc.oneof(fc.constantFrom('a', 'sensors/a', '#', 'a/#', '+', '$SYS/x', '', 'x'.repeat(300)), fc.string())
const qos = fc.constantFrom(0, 1, 2)
const messageId = fc.integer({ min: 1, max: 3 })
const payload = fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes))
const packet = fc.oneof(
  fc.record({
    cmd: fc.constant('publish'),
    topic: text,
    payload,
    qos,
    messageId,
    retain: fc.boolean(),
    dup: fc.boolean(),
  }),
  fc.record({
    cmd: fc.constant('subscribe'),
    messageId,
    subscriptions: fc.array(fc.record({ topic: text, qos }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    cmd: fc.constant('unsubscribe'),
    messageId,
    unsubscriptions: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ cmd: fc.constantFrom('puback', 'pubrec', 'pubrel', 'pubcomp'), messageId }),
  fc.record({ cmd: fc.constantFrom('pingreq', 'pingresp', 'disconnect') }),
  fc.record(
    {
      cmd: fc.constant('connect'),
      protocolId: fc.constant('MQTT'),
      protocolVersion: fc.constant(4),
      clientId: text,
      clean: fc.boolean(),
      keepalive: fc.nat(100),
      will: fc.record({ topic: text, payload, qos, retain: fc.boolean() }),
    },
    { requiredKeys: ['cmd', 'protocolId', 'protocolVersion', 'clientId', 'clean', 'keepalive'] },
  ),
)

/** Null for what cannot be written as a packet. */
function bytesOf(packet: unknown): Buffer | null {
  try {
    return generate(packet as Packet)
  } catch {
    return null
  }
}

const hello = (clientId: string) =>
  generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean: true, keepalive: 60 })
const wellFormed = fc
  .array(packet, { maxLength: 4 })
  .map((packets) => Buffer.concat(packets.map(bytesOf).filter((bytes) => bytes !== null)))
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
  // Remaining lengths that promise 256 MB, and that never end (MQTT 3.1.1 §2.2.3).
  fc
    .constantFrom('30ffffff7f', '30ffffffffff', '10ffffff7f00044d515454', '82ffffff7f0001')
    .map((hex) => Buffer.from(hex, 'hex')),
  // Versions that there are not, and MQTT 5.
  fc.integer({ min: 0, max: 255 }).map((version) => {
    const bytes = Buffer.from(hello('v'))
    bytes[8] = version
    return bytes
  }),
)
/** Packets in order, with a piece cut out, overwritten or repeated; half of them from a client that said CONNECT. */
const input = fc
  .record({
    greets: fc.boolean(),
    packets: fc.oneof({ weight: 3, arbitrary: wellFormed }, { weight: 1, arbitrary: noise }),
    spoil: fc.option(fc.record({ at: fc.nat(60), cut: fc.nat(10), put: fc.uint8Array({ maxLength: 5 }) })),
    tail: fc.oneof(fc.constant(Buffer.alloc(0)), noise),
  })
  .map(({ greets, packets, spoil, tail }) => {
    const whole = Buffer.concat([...(greets ? [hello('fuzz')] : []), packets])
    if (!spoil) return Buffer.concat([whole, tail])
    return Buffer.concat([whole.subarray(0, spoil.at), spoil.put, whole.subarray(spoil.at + spoil.cut), tail])
  })

/** Says it all and leaves; resolves to what came back when the broker has closed as well. */
async function say(port: number, bytes: Buffer): Promise<Buffer> {
  const chunks: Buffer[] = []
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  const closed = once(socket, 'close')
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).end(bytes)
  await closed
  return Buffer.concat(chunks)
}

/** Not let in: no CONNACK, or one that says why not (MQTT 3.1.1 §3.2.2.3, MQTT 5 §3.2.2.2). */
function isRefusal(answer: Buffer): boolean {
  return answer.length < 4 || answer[0] !== 0x20 || answer[3] !== 0
}

it(`takes ${runs} streams of broken packets, and still every message of others`, {
  timeout: fuzzTimeout(300),
}, async (context) => {
  const log = new DurabilityByHand()
  let good = 0
  const reported: string[] = []
  let broken = ''
  const broker = new BrokerInput({
    host: '127.0.0.1',
    port: 0,
    anonymous: true,
    messageBytesMax,
    connectionsPerAddressMax: 100,
    sink: ({ payload, ...frame }) => {
      const { topic } = frame as MqttFrame
      if (payload.length > messageBytesMax || /[#+\0]/.test(topic)) broken = `${topic} with ${payload.length} bytes`
      if (topic === 'good') good++
      log.append()
      // The next turn: the acknowledgement is written first.
      setImmediate(() => log.commit())
    },
    durability: log,
    report: (line) => reported.push(line),
  })
  await broker.start()
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, { clientId: 'good' })
  const memory = new MemoryWatch()
  let published = 0
  let refused = 0
  try {
    await fc.assert(
      fc.asyncProperty(input, async (bytes) => {
        if (isRefusal(await say(broker.port!, bytes))) refused++
        memory.look()
        if (++published % 20 === 0) await client.publishAsync('good', String(published), { qos: 1 })
        expect(broken).toBe('')
      }),
      { numRuns: runs },
    )
    await client.publishAsync('good', 'last', { qos: 1 })
    expect(good).toBe(Math.floor(published / 20) + 1)
    await until('only the good client is left', () => broker.connections === 1)
    // Some lines a minute at most; each says who and why.
    expect(reported.length).toBeGreaterThan(10)
    for (const line of reported)
      expect(line).toMatch(
        /^(client ".*" from 127\.0\.0\.1 (was disconnected: \S|may not subscribe to ")|and \d+ more)/,
      )
    expect(reported.join()).not.toMatch(/undefined|\[object|\.[jt]s:\d/)
    memory.tell(context, { subject: 'MQTT packets to the embedded broker', inputs: runs, refused })
    expect(refused).toBeGreaterThan(runs / 4)
  } finally {
    await client.endAsync(true)
    log.commit()
    await broker.stop()
  }
})
