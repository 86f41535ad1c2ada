import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import mqtt from 'mqtt'
import { generate } from 'mqtt-packet'
import { afterEach, expect, it } from 'vitest'
import { BrokerInput, type BrokerInputOptions } from '../../src/ingest/broker/broker-input.ts'
import { isBrokerListening } from '../../src/ingest/broker/is-broker-listening.ts'
import type { RetainedMessage } from '../../src/ingest/broker/retained-messages.ts'
import { MqttInput } from '../../src/ingest/mqtt/mqtt-input.ts'
import { FrameLog, until } from '../ingest/sink.ts'
import { freePort } from '../setup/free-port.ts'
import { startMosquitto } from '../setup/mosquitto.ts'

const cleanups: (() => unknown)[] = []
let log = new FrameLog()
let reported: string[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  log = new FrameLog()
  reported = []
})

it.each([0, 1, 2])('takes what mosquitto_pub publishes at QoS %i, and passes it on to mosquitto_sub', async (qos) => {
  const broker = await start()
  const subscriber = await subscribe(broker, ['-t', 'sensors/#', '-q', `${qos}`, '-C', '2'])
  for (const text of ['21.5', '21.6'])
    expect(await publish(broker, ['-q', `${qos}`, '-m', text])).toMatchObject({ code: 0 })
  await until(() => log.frames.length === 2)
  expect(log.texts).toEqual(['21.5', '21.6'])
  expect(log.frames[0]).toMatchObject({ source: 'broker', topic: 'sensors/attic', retain: false, dup: false })
  expect(await subscriber.output).toBe('21.5\n21.6\n')
})

it.each([1, 2])('acknowledges a QoS %i message only when it is durable', async (qos) => {
  const broker = await start()
  log.auto = false
  const published = publish(broker, ['-q', `${qos}`, '-m', '21.5'])
  await until(() => log.frames.length === 1)
  let done = false
  published.then(() => {
    done = true
  })
  await pass()
  expect(done).toBe(false)
  log.durability.commit()
  expect(await published).toMatchObject({ code: 0 })
})

it('acknowledges nothing that the log refuses: its sender is let go, and sends it again', async () => {
  const broker = await start()
  const url = `mqtt://127.0.0.1:${broker.port}`
  const sensor = await mqtt.connectAsync(url, { clientId: 'sensor', clean: false, reconnectPeriod: 10 })
  cleanups.push(() => sensor.endAsync(true))
  log.refuses = 1
  await sensor.publishAsync('sensors/attic', '21.5', { qos: 1 })
  expect(log.texts).toEqual(['21.5'])
  expect(reported).toContainEqual(expect.stringContaining('readings wait for the disk'))
})

it('passes a message on to others before it is durable', async () => {
  const broker = await start()
  log.auto = false
  const subscriber = await subscribe(broker, ['-t', '#', '-C', '1'])
  const published = publish(broker, ['-q', '1', '-m', 'live'])
  expect(await subscriber.output).toBe('live\n')
  log.durability.commit()
  await published
})

it('keeps retained messages over a restart, until an empty one takes them away', async () => {
  const kept = new Map<string, RetainedMessage>()
  const retained = {
    load: () => kept.values(),
    put: (message: RetainedMessage) => void kept.set(message.topic, message),
    delete: (topic: string) => void kept.delete(topic),
  }
  const first = await start({ retained })
  await publish(first, ['-q', '1', '-r', '-m', 'kept'])
  await publish(first, ['-q', '1', '-r', '-t', 'sensors/gone', '-m', 'x'])
  await publish(first, ['-q', '1', '-r', '-t', 'sensors/gone', '-n'])
  await first.stop()
  const second = await start({ retained })
  const subscriber = await subscribe(second, ['-t', '#', '-C', '1', '-F', '%t %p %r'])
  expect(await subscriber.output).toBe('sensors/attic kept 1\n')
  expect([...kept.keys()]).toEqual(['sensors/attic'])
})

it('turns away wrong passwords, unknown users and anonymous clients', async () => {
  const verify = async (user: string, password: string) => user === 'sensor' && password === 'right'
  const broker = await start({ anonymous: false, verify })
  const refused = [['-u', 'sensor', '-P', 'wrong'], ['-u', 'nobody', '-P', 'right'], ['-u', 'sensor'], []]
  for (const who of refused) expect((await publish(broker, [...who, '-m', 'x'])).code).not.toBe(0)
  expect(await publish(broker, ['-u', 'sensor', '-P', 'right', '-q', '1', '-m', 'in'])).toMatchObject({ code: 0 })
  expect(log.texts).toEqual(['in'])
  expect(reported[0]).toMatch(
    /^client ".*" from 127.0.0.1 was disconnected: unknown user or wrong password \(user "sensor"\)$/,
  )
  expect(reported[3]).toMatch('anonymous clients are not allowed')
})

it('tells an MQTT 5 client, and one of a version to come, that it speaks 3.1.1', async () => {
  const broker = await start()
  expect((await publish(broker, ['-V', '5', '-m', 'x'])).stderr).toMatch(/unsupported protocol version/i)
  const five = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, { protocolVersion: 5, reconnectPeriod: 0 })
  const error = await new Promise((resolve) => five.once('error', resolve))
  expect(error).toMatchObject({ code: 132 })
  const six = raw(broker)
  six.write(connectPacket('six', 6))
  expect(await six.received).toEqual(Buffer.from([0x20, 2, 0, 1]))
  expect(log.frames).toEqual([])
})

it('is subscribed to by our own client, which goes over to 3.1.1', async () => {
  const broker = await start()
  const other = new FrameLog()
  const input = new MqttInput({
    name: 'test',
    url: `mqtt://127.0.0.1:${broker.port}`,
    clientId: 'rivulet',
    topics: ['#'],
    messageBytesMax: 1024,
    sink: other.sink,
    durability: other.durability,
  })
  await input.start()
  cleanups.push(() => input.stop())
  await until(() => input.state.status === 'connected')
  await publish(broker, ['-q', '1', '-m', 'hello'])
  await until(() => other.frames.length === 1)
})

it('disconnects a client whose message is too large, and goes on with the others', async () => {
  const broker = await start({ messageBytesMax: 100_000 })
  expect(await publish(broker, ['-q', '1', '-s'], 'x'.repeat(100_000))).toMatchObject({ code: 0 })
  expect(await publish(broker, ['-q', '0', '-s', '-i', 'camera'], 'x'.repeat(100_001))).toBeDefined()
  await publish(broker, ['-q', '0', '-s', '-i', 'camera'], 'x'.repeat(500_000))
  await until(() => reported.length === 2)
  expect(reported[0]).toMatch(
    'client "camera" from 127.0.0.1 was disconnected: its message on "sensors/attic" has 100001 bytes',
  )
  expect(reported[1]).toMatch('"camera" from 127.0.0.1 was disconnected: it sends a packet of 500015 bytes')
  expect(await publish(broker, ['-q', '1', '-m', 'after'])).toMatchObject({ code: 0 })
  expect(log.frames).toHaveLength(2)
})

it.each([
  ['as its first packet', Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])],
  ['after CONNECT', Buffer.concat([connectPacket('huge'), Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])])],
  ['of five bytes', Buffer.concat([connectPacket('huge'), Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f])])],
])('closes the connection of a client that promises a huge packet %s, before any of it comes', async (_name, bytes) => {
  const broker = await start()
  const client = raw(broker)
  client.write(bytes)
  await client.received
  expect(reported).toHaveLength(1)
  await until(() => broker.connections === 0)
})

it('closes the connection of whoever does not speak MQTT', async () => {
  const broker = await start()
  const client = raw(broker)
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  expect(await client.received).toHaveLength(0)
  expect(reported[0]).toMatch('does not begin with CONNECT')
})

it('refuses client ids with control characters', async () => {
  const broker = await start()
  const client = raw(broker)
  client.write(connectPacket('evil\n[31m'))
  expect(await client.received).toEqual(Buffer.from([0x20, 2, 0, 2]))
  expect(reported[0]).not.toMatch(/[\n]/)
})

it('keeps messages for a subscriber with a persistent session that is away', async () => {
  const broker = await start()
  const session = ['-i', 'night-shift', '-c', '-q', '1', '-t', 'sensors/#']
  const first = await subscribe(broker, [...session, '-C', '1'])
  await publish(broker, ['-q', '1', '-m', 'seen'])
  await first.output
  for (let i = 0; i < 3; i++) await publish(broker, ['-q', '1', '-m', `missed ${i}`])
  const second = await subscribe(broker, [...session, '-C', '3'])
  expect(await second.output).toBe('missed 0\nmissed 1\nmissed 2\n')
})

it('takes nothing while paused, and everything that waited when it goes on', async () => {
  const broker = await start()
  broker.pause()
  const published = [0, 1, 2].map((i) => publish(broker, ['-q', '1', '-m', `${i}`]))
  await until(() => broker.connections === 3)
  await pass()
  expect(log.frames).toEqual([])
  expect(broker.state.status).toBe('paused')
  broker.resume()
  for (const { code } of await Promise.all(published)) expect(code).toBe(0)
  expect(log.texts.sort()).toEqual(['0', '1', '2'])
})

it('lets a subscriber go that reads nothing, so that publishers go on', async () => {
  const broker = await start()
  const subscriber = raw(broker)
  subscriber.write(connectPacket('slow'))
  subscriber.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] }))
  subscriber.pause()
  await until(() => broker.connections === 1)
  const large = 'x'.repeat(1_000_000)
  for (let i = 0; i < 12; i++) expect(await publish(broker, ['-q', '1', '-s'], large)).toMatchObject({ code: 0 })
  await until(() => broker.connections === 0)
  expect(reported.join()).toMatch('client "slow" from 127.0.0.1 was disconnected: drain timeout')
  expect(log.frames).toHaveLength(12)
})

it('takes the will of a client that vanishes, but not when it is the broker that stops', async () => {
  const broker = await start()
  const will = { topic: 'sensors/attic/LWT', payload: Buffer.from('Offline'), qos: 1, retain: true } as const
  const vanishing = raw(broker)
  vanishing.write(connectPacket('vanishing', 4, will))
  await once(vanishing, 'data')
  vanishing.destroy()
  await until(() => log.texts.includes('Offline'))
  const staying = raw(broker)
  staying.write(connectPacket('staying', 4, will))
  await once(staying, 'data')
  await broker.stop()
  expect(log.frames).toHaveLength(1)
})

it('sends the acknowledgements it owes before it stops', async () => {
  const broker = await start()
  log.auto = false
  const published = publish(broker, ['-q', '1', '-m', 'last'])
  await until(() => log.frames.length === 1)
  await pass()
  const stopped = broker.stop()
  await until(() => log.durability.asked > 0)
  log.durability.commit()
  expect(await published).toMatchObject({ code: 0 })
  await stopped
})

it('makes a client wait that sends too fast, and loses none of its messages', async () => {
  const broker = await start({ messagesPerSecondMax: () => 500 })
  const [fast, other] = await Promise.all(
    ['fast', 'other'].map((clientId) => mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { clientId })),
  )
  cleanups.push(() => Promise.all([fast!.endAsync(true), other!.endAsync(true)]))
  const began = performance.now()
  // More than one read of a socket holds.
  const sent = Array.from({ length: 1000 }, (_, i) => fast!.publishAsync('fast', `${i}`.padEnd(600), { qos: 1 }))
  await until(() => reported.length > 0)
  await other!.publishAsync('other', 'other', { qos: 1 })
  expect(log.texts.filter((text) => text !== 'other').length).toBeLessThan(1000)
  await Promise.all(sent)
  expect(performance.now() - began).toBeGreaterThan(500)
  expect(log.texts.map((text) => text.trim()).filter((text) => text !== 'other')).toEqual(
    [...Array(1000).keys()].map(String),
  )
  expect(reported).toEqual(['a client at 127.0.0.1 sends more than 500 messages a second, and is made to wait'])
})

it.each([
  ['PINGREQ', generate({ cmd: 'pingreq' }), 2],
  ['PUBREC', generate({ cmd: 'pubrec', messageId: 7 }), 4],
  ['PUBREL', generate({ cmd: 'pubrel', messageId: 7 }), 4],
  ['SUBSCRIBE', generate({ cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: 'quiet', qos: 0 }] }), 5],
])('makes a client wait that floods it with %s, in the middle of a read', async (_name, packet, answerBytes) => {
  const broker = await start({ messagesPerSecondMax: () => 1000 })
  const client = raw(broker)
  let answered = 0
  client.on('data', (chunk) => (answered += chunk.length / answerBytes))
  const began = performance.now()
  client.write(Buffer.concat([connectPacket('flood'), ...Array.from({ length: 3000 }, () => packet)]))
  await until(() => reported.length > 0)
  expect(await publish(broker, ['-q', '1', '-m', 'other'])).toMatchObject({ code: 0 })
  expect(answered).toBeLessThan(3000)
  await until(() => answered >= 3000)
  expect(performance.now() - began).toBeGreaterThan(1900)
})

it('is not faster with a client that connects again for each few messages', async () => {
  const broker = await start({ messagesPerSecondMax: () => 1000 })
  const began = performance.now()
  for (let i = 0; i < 4; i++) {
    const client = raw(broker)
    client.write(connectPacket('again'))
    client.write(Buffer.concat(Array.from({ length: 600 }, () => generate({ cmd: 'pingreq' }))))
    let bytes = 0
    client.on('data', (chunk) => (bytes += chunk.length))
    await until(() => bytes >= 4 + 2 * 600)
    client.destroy()
    await until(() => broker.connections === 0)
  }
  expect(performance.now() - began).toBeGreaterThan(1300)
})

it('sends what is retained to a client that asks for it again and again, and goes on with the others', async () => {
  const broker = await start({ messagesPerSecondMax: () => 1000 })
  const filler = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`)
  cleanups.push(() => filler.endAsync(true))
  for (let i = 0; i < 500; i++) await filler.publishAsync(`kept/${i}`, 'x', { retain: true })
  const client = raw(broker)
  let heard = ''
  client.on('data', (chunk) => (heard += chunk.toString('latin1')))
  client.write(connectPacket('greedy'))
  const again = generate({ cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: '#', qos: 0 }] })
  client.write(Buffer.concat(Array.from({ length: 900 }, () => again)))
  const passes = () => heard.split('kept/499').length - 1
  await until(() => passes() > 0)
  expect(await publish(broker, ['-q', '1', '-m', 'other'])).toMatchObject({ code: 0 })
  await until(() => passes() > 1)
  // One at once, one for all that asked meanwhile, and at most as many more as there were pauses between.
  expect(passes()).toBeLessThan(10)
})

it('goes through thousands of messages for nobody that waited behind some for many filters', async () => {
  const broker = await start()
  const client = raw(broker)
  const levels = (i: number) => Array.from({ length: 10 }, (_, bit) => ((i >> bit) & 1 ? '+' : 'a')).join('/')
  const subscriptions = Array.from({ length: 1000 }, (_, i) => ({ topic: levels(i), qos: 0 as const }))
  client.write(connectPacket('overlapping'))
  client.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
  await once(client, 'data')
  client.resume()
  const message = (topic: string) =>
    generate({ cmd: 'publish', topic, payload: 'x', qos: 0, dup: false, retain: false })
  const many = (topic: string, length: number) => Array.from({ length }, () => message(topic))
  client.write(Buffer.concat([...many(levels(0), 110), ...many('n', 10_000)]))
  await until(() => log.frames.length === 10_110)
  expect(await publish(broker, ['-q', '1', '-m', 'after'])).toMatchObject({ code: 0 })
  await until(() => log.texts.at(-1) === 'after')
})

it('publishes no will under a wildcard, and nothing under what is no topic', async () => {
  const broker = await start()
  const will = (topic: string) => ({ topic, payload: Buffer.from('gone'), qos: 0, retain: true })
  for (const topic of ['a/#', '+', '$SYS/x', 'fine']) {
    const client = raw(broker)
    client.write(connectPacket('leaves', 4, will(topic)))
    await once(client, 'data')
    client.destroy()
    await until(() => broker.connections === 0)
  }
  for (const topic of ['a\0b', 'a\xff']) {
    const client = raw(broker)
    client.write(connectPacket('speaks'))
    const name = Buffer.from(topic, 'latin1')
    client.write(Buffer.concat([Buffer.from([0x30, name.length + 3, 0, name.length]), name, Buffer.from('1')]))
    await client.received
  }
  await until(() => log.frames.length === 1)
  expect(log.frames.map(({ topic }) => topic)).toEqual(['fine'])
  expect(reported.filter((line) => line.includes('its topic'))).toHaveLength(2)
})

it('ends the connections of a user who is removed or gets another password, and no others', async () => {
  const hashes = new Map([
    ['kitchen', 'one'],
    ['attic', 'one'],
    ['cellar', 'one'],
  ])
  const broker = await start({
    anonymous: false,
    connectionsPerAddressMax: 10,
    verify: (user) => hashes.has(user),
    proofOf: (user) => hashes.get(user),
  })
  const open = async (username: string) => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { username, reconnectPeriod: 0 })
    cleanups.push(() => client.endAsync(true))
    return client
  }
  const [kitchen, attic, cellar] = [await open('kitchen'), await open('attic'), await open('cellar')]
  hashes.delete('kitchen')
  hashes.set('attic', 'two')
  await until(() => !kitchen!.connected && !attic!.connected)
  expect(cellar!.connected).toBe(true)
  expect(reported.sort()).toEqual(
    ['attic', 'kitchen'].map(
      (user) => `a client at 127.0.0.1 was disconnected: user "${user}" was removed or has another password`,
    ),
  )
})

it('shows no client what others there are', async () => {
  const broker = await start()
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, { clientId: 'curious' })
  cleanups.push(() => client.endAsync(true))
  const granted = await client.subscribeAsync(['$SYS/#', '$SYS/+/new/clients', 'fine']).catch((error: unknown) => error)
  expect(JSON.stringify(granted)).toContain('128')
  let heard = ''
  client.on('message', (topic) => (heard += topic))
  await publish(broker, ['-q', '1', '-t', 'fine', '-m', 'x'])
  await until(() => heard !== '')
  expect(heard).toBe('fine')
})

it('keeps of a large SUBSCRIBE what it grants, and is not held up by the rest', async () => {
  const broker = await start()
  const open = () => {
    const socket = raw(broker)
    const connectAgain = connectPacket('greedy')
    connectAgain[9] = 0
    socket.write(connectAgain)
    const seen = { socket, bytes: Buffer.alloc(0) }
    socket.on('data', (chunk) => (seen.bytes = Buffer.concat([seen.bytes, chunk])))
    return seen
  }
  const first = open()
  const subscriptions = Array.from({ length: 9000 }, (_, i) => ({ topic: `${i}`, qos: 1 as const }))
  first.socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
  // CONNACK, and SUBACK with three bytes of length and two of its id.
  await until(() => first.bytes.length === 4 + 1 + 2 + 2 + 9000)
  const granted = first.bytes.subarray(9)
  expect([granted.indexOf(128), granted.lastIndexOf(1)]).toEqual([1000, 999])
  first.socket.destroy()
  await until(() => broker.connections === 0)
  for (const topic of ['8999', '1000', '999']) await publish(broker, ['-q', '1', '-t', topic, '-m', `of ${topic}`])
  const back = open()
  await until(() => back.bytes.includes('of 999'))
  expect(back.bytes.toString()).not.toMatch(/of (1000|8999)/)
  expect(reported).toContain('client "greedy" from 127.0.0.1 may not subscribe to "1000": it has 1000 already')
})

it('says which address is taken', async () => {
  const broker = await start()
  const second = create({ port: broker.port! })
  await expect(second.start()).rejects.toMatchObject({
    code: 'conflict',
    message: `127.0.0.1:${broker.port} is in use by another program`,
  })
})

it('knows a broker from other servers', async () => {
  const mosquitto = await startMosquitto({ config: 'allow_anonymous false' })
  cleanups.push(mosquitto.stop)
  const ours = await start()
  expect(await isBrokerListening('127.0.0.1', mosquitto.port)).toBe(true)
  expect(await isBrokerListening('127.0.0.1', ours.port!)).toBe(true)
  expect(await isBrokerListening('127.0.0.1', await freePort())).toBe(false)
  const http = await listening(createHttpServer((_request, response) => response.end()))
  expect(await isBrokerListening('127.0.0.1', http)).toBe(false)
  const silent = await listening(createServer(() => {}))
  expect(await isBrokerListening('127.0.0.1', silent, 200)).toBe(false)
})

function create(options: Partial<BrokerInputOptions> = {}): BrokerInput {
  const broker = new BrokerInput({
    host: '127.0.0.1',
    port: 0,
    anonymous: true,
    messageBytesMax: 1024 * 1024,
    connectionsPerAddressMax: 2,
    sink: log.sink,
    durability: log.durability,
    report: (line) => reported.push(line),
    ...options,
  })
  const { durability } = log
  cleanups.push(() => {
    durability.commit()
    return broker.stop()
  })
  return broker
}

async function start(options?: Partial<BrokerInputOptions>): Promise<BrokerInput> {
  const broker = create(options)
  await broker.start()
  return broker
}

async function publish(
  broker: BrokerInput,
  args: readonly string[],
  input = '',
): Promise<{ code: number; stderr: string }> {
  const topic = args.includes('-t') ? [] : ['-t', 'sensors/attic']
  const client = program('mosquitto_pub', broker, [...topic, ...args])
  let stderr = ''
  client.stderr!.on('data', (chunk) => {
    stderr += chunk
  })
  client.stdin!.on('error', () => {}).end(input)
  const [code] = await once(client, 'close')
  return { code: code as number, stderr }
}

/** Resolves when it has subscribed. */
async function subscribe(broker: BrokerInput, args: readonly string[]): Promise<{ output: Promise<string> }> {
  const client = program('mosquitto_sub', broker, ['-d', ...args])
  let text = ''
  client.stdout!.on('data', (chunk) => {
    text += chunk
  })
  const output = once(client, 'close').then(() => text.replace(/^(Client|Subscribed) .*\n/gm, ''))
  // In a resumed session all it waits for may come first.
  await until(() => text.includes('Subscribed') || client.exitCode !== null)
  return { output }
}

function program(name: string, broker: BrokerInput, args: readonly string[]): ChildProcess {
  // Into a pipe the C library holds lines back otherwise.
  const line = ['-oL', name, '-h', '127.0.0.1', '-p', `${broker.port}`, ...args]
  const client = spawn('stdbuf', line, { stdio: 'pipe' })
  cleanups.push(() => client.kill())
  return client
}

/** A client by hand; `received` is all it got when the broker has closed the connection. */
function raw(broker: BrokerInput): Socket & { received: Promise<Buffer> } {
  const socket = connect(broker.port!, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  cleanups.push(() => socket.destroy())
  return Object.assign(socket, { received: once(socket, 'close').then(() => Buffer.concat(chunks)) })
}

function connectPacket(clientId: string, version = 4, will?: object): Buffer {
  const settings = { protocolId: 'MQTT', protocolVersion: 4, clientId, clean: true, keepalive: 60 } as const
  const bytes = generate({ cmd: 'connect', ...settings, ...(will && { will: will as never }) })
  bytes[8] = version
  return bytes
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** Time for something that must not happen. */
function pass(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100))
}
