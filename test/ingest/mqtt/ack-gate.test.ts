import { type Duplex, duplexPair } from 'node:stream'
import { generate, type Packet } from 'mqtt-packet'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AckGate } from '../../../src/ingest/mqtt/ack-gate.ts'
import { packetType } from '../../../src/ingest/mqtt/packets.ts'
import fc from '../../setup/properties.ts'
import { DurabilityByHand } from '../durability.ts'
import { until } from '../sink.ts'
import { cut, cuts, packet } from './streams.ts'

/** A packet, and how much was given to the log before it was written. */
type Step = readonly [Buffer, number]

let log: DurabilityByHand
let gate: AckGate
let peer: Duplex
let received: Buffer

beforeEach(() => open())
afterEach(() => {
  gate.destroy()
  vi.useRealTimers()
})

const ping = generate({ cmd: 'pingreq' })
const puback = (messageId: number) => generate({ cmd: 'puback', messageId })

it('passes everything but acknowledgements at once, and each of those when its readings are on disk', async () => {
  const step = fc.tuple(packet, fc.integer({ min: 1, max: 3 }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 30 }),
      cuts,
      fc.nat(100),
      async (steps, sizes, percent) => {
        open()
        for (const [bytes, readings] of steps) {
          log.append(readings)
          for (const chunk of cut(bytes, sizes)) gate.write(chunk)
        }
        await turn()
        const [acks, others] = [steps.filter(isAck), steps.filter((one) => !isAck(one))]
        expect(received).toEqual(join(others))

        const durable = Math.floor((log.head * percent) / 100)
        log.commit(durable)
        await turn()
        const early = received.subarray(join(others).length)
        expect(early).toEqual(join(acks).subarray(0, early.length))
        expect(early.length).toBeLessThanOrEqual(join(steps.filter(headUpTo(steps, durable)).filter(isAck)).length)

        log.commit()
        await gate.flush()
        await turn()
        expect(received).toEqual(Buffer.concat([join(others), join(acks)]))
      },
    ),
    { numRuns: 200 },
  )
})

it.each(['puback', 'pubrec', 'pubcomp'] as const)(
  'holds %s of every packet id, also 49152, whose bytes end like a PINGREQ',
  async (cmd) => {
    for (const messageId of [1, 255, 256, 0xc000, 65_535]) {
      log.append()
      gate.write(generate({ cmd, messageId } as Packet))
    }
    await turn()
    expect(received).toHaveLength(0)
  },
)

it('never delays a PINGREQ, neither behind held acknowledgements nor cut in two', async () => {
  log.append()
  gate.write(Buffer.concat([puback(1), ping, puback(2)]))
  gate.write(ping.subarray(0, 1))
  gate.write(ping.subarray(1))
  await turn()
  expect(received).toEqual(Buffer.concat([ping, ping]))
})

it('releases each acknowledgement with the commit that holds its own reading', async () => {
  acknowledge(1)
  acknowledge(2)
  acknowledge(3)
  log.commit(2)
  await turn()
  expect(received).toEqual(Buffer.concat([puback(1), puback(2)]))
  log.commit(3)
  await turn()
  expect(received).toEqual(Buffer.concat([puback(1), puback(2), puback(3)]))
})

it('acknowledges a message that brought nothing with what came before it', async () => {
  acknowledge(1)
  gate.write(puback(2))
  await turn()
  expect(received).toHaveLength(0)
  log.commit(1)
  gate.write(puback(3))
  await turn()
  expect(received).toEqual(Buffer.concat([puback(1), puback(2), puback(3)]))
})

it('asks for a commit at the end of the turn in which ten messages had come together, once', async () => {
  for (let id = 1; id <= 9; id++) acknowledge(id)
  await turn()
  expect(log.asked).toBe(0)
  for (let id = 10; id <= 40; id++) acknowledge(id)
  expect(log.asked).toBe(0)
  await turn()
  expect(log.asked).toBe(1)
})

it('asks for a commit that has time when a sender has waited for each message, three in a row', async () => {
  for (let id = 1; id <= 4; id++) {
    acknowledge(id)
    expect(log.askedShortly).toBe(id === 4 ? 1 : 0)
    log.commit()
    await turn()
  }
  expect(log.asked).toBe(0)
})

it('acknowledges what the library above did not see, in order with what it did', async () => {
  acknowledge(1)
  log.append()
  gate.acknowledge(packetType.puback, 0xc000)
  gate.acknowledge(packetType.pubcomp, 3)
  acknowledge(4)
  await turn()
  expect(received).toHaveLength(0)
  log.commit(2)
  await turn()
  expect(received).toEqual(Buffer.concat([puback(1), puback(0xc000), generate({ cmd: 'pubcomp', messageId: 3 })]))
  log.commit()
  await turn()
  expect(received.subarray(12)).toEqual(puback(4))
})

it('reads nothing while it holds, and everything afterwards', async () => {
  let read = Buffer.alloc(0)
  gate.on('data', (chunk: Buffer) => {
    read = Buffer.concat([read, chunk])
  })
  peer.write(ping)
  await turn()
  gate.hold()
  peer.write(puback(1))
  await turn()
  expect(read).toEqual(ping)
  gate.goOn()
  await turn()
  expect(read).toEqual(Buffer.concat([ping, puback(1)]))
})

it('keeps the last few acknowledgements of a release for what comes in answer, one for each read', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  for (let id = 1; id <= 20; id++) acknowledge(id)
  log.commit()
  await turn()
  const sent = (count: number) => Buffer.concat(Array.from({ length: count }, (_, i) => puback(i + 1)))
  expect(received).toEqual(sent(15))
  for (let count = 16; count <= 20; count++) {
    peer.write(ping)
    await turn()
    expect(received).toEqual(sent(count))
  }
  peer.write(ping)
  await turn()
  expect(received).toHaveLength(80)
})

it('sends them soon when nothing comes, and before those of the next release', async () => {
  for (let id = 1; id <= 8; id++) acknowledge(id)
  log.commit()
  await until(() => received.length === 8 * 4)
  for (let id = 1; id <= 8; id++) acknowledge(id)
  log.commit()
  await turn()
  acknowledge(9)
  log.commit()
  await turn()
  expect(received.subarray(-4)).toEqual(puback(9))
  expect(received).toHaveLength(17 * 4)
})

it.each([0, 1])(
  'closes the connection of a peer that sends on without reading, with %i readings to wait for',
  async (readings) => {
    log.append(readings)
    const failed = new Promise<Error>((resolve) => gate.once('error', resolve))
    const many = Buffer.concat(Array.from({ length: 10_000 }, (_, i) => puback(i + 1)))
    for (let i = 0; i < 60 && !gate.destroyed; i++) gate.write(many)
    expect((await failed).message).toMatch('without reading')
  },
)

it('sends nothing after the connection is gone, and lets go who waits for it to be empty', async () => {
  acknowledge(1)
  const flushed = gate.flush()
  gate.destroy()
  await flushed
  log.commit()
  await turn()
  expect(received).toHaveLength(0)
})

it('flushes by asking for a commit, and resolves when nothing is held', async () => {
  acknowledge(1)
  let flushed = false
  const done = gate.flush().then(() => {
    flushed = true
  })
  expect(log.asked).toBe(1)
  await turn()
  expect(flushed).toBe(false)
  log.commit()
  await done
  await turn()
  expect(received).toEqual(puback(1))
})

it('hands what comes in over untouched, and the end of it', async () => {
  const incoming: Buffer[] = []
  gate.on('data', (chunk) => incoming.push(chunk))
  const ended = new Promise((resolve) => gate.once('end', resolve))
  peer.write(puback(7))
  peer.end(ping)
  await ended
  expect(Buffer.concat(incoming)).toEqual(Buffer.concat([puback(7), ping]))
})

function open(): void {
  gate?.destroy()
  const [inner, outer] = duplexPair()
  log = new DurabilityByHand()
  gate = new AckGate(inner, log)
  gate.on('error', () => {})
  peer = outer
  received = Buffer.alloc(0)
  peer.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk])
  })
  peer.on('error', () => {})
}

/** One message with one reading arrived and was acknowledged by the library. */
function acknowledge(id: number): void {
  log.append()
  gate.write(puback(id))
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

function isAck([bytes]: Step): boolean {
  return [4, 5, 7].includes(bytes[0]! >> 4)
}

/** Whether the log's head was at most `durable` when a step's packet was written. */
function headUpTo(steps: Step[], durable: number): (step: Step) => boolean {
  let head = 0
  const durableSteps = new Set<Step>()
  for (const step of steps) {
    head += step[1]
    if (head <= durable) durableSteps.add(step)
  }
  return (step) => durableSteps.has(step)
}

function join(steps: Step[]): Buffer {
  return Buffer.concat(steps.map(([bytes]) => bytes))
}
