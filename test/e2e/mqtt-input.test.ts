import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { afterEach, expect, it } from 'vitest'
import { MqttInput, type MqttInputOptions } from '../../src/ingest/mqtt/mqtt-input.ts'
import { RetainedSeen } from '../../src/ingest/retained.ts'
import { FrameLog, until } from '../ingest/sink.ts'
import { freePort } from '../setup/free-port.ts'
import { type Mosquitto, type MosquittoOptions, startMosquitto } from '../setup/mosquitto.ts'
import { type Cable, startProxy } from '../setup/proxy.ts'

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

it.each([4, 5] as const)('loses nothing that is published while it is stopped (MQTT version %i)', async (version) => {
  const broker = await mosquitto()
  const log = new FrameLog()
  const input = await connected(broker, log, { version })
  publish(broker, ['-q', '1', '-m', 'before'])
  await until(() => log.frames.length === 1)
  await input.stop()
  for (let i = 0; i < 5; i++) publish(broker, ['-q', '1', '-m', `away ${i}`])
  await input.start()
  await until(() => log.frames.length === 6)
  expect(log.texts).toEqual(['before', ...[0, 1, 2, 3, 4].map((i) => `away ${i}`)])
  expect(log.frames[0]).toMatchObject({ transport: 'mqtt', source: 'test', topic: 'a/b', retain: false, dup: false })
})

it.each([4, 5] as const)(
  'acknowledges only what is durable: a broker sends the rest again (MQTT version %i)',
  async (version) => {
    const broker = await mosquitto()
    const cable = await proxy(broker.port)
    const log = new FrameLog()
    log.auto = false
    const input = await connected(cable, log, { version })
    for (const text of ['1', '2', '3']) publish(broker, ['-q', '1', '-m', text])
    await until(() => log.frames.length === 3)
    log.durability.commit(2)
    await arrived(broker, input)
    await drop(cable, input)
    await until(() => log.frames.length === 4)
    expect(log.texts).toEqual(['1', '2', '3', '3'])
    expect(log.frames[3]).toMatchObject({ dup: true })
    log.durability.commit()
    await arrived(broker, input)
    await drop(cable, input)
    publish(broker, ['-q', '1', '-m', '4'])
    await until(() => log.frames.length === 5)
    expect(log.texts.at(-1)).toBe('4')
  },
)

it('acknowledges nothing that the log refuses: the broker sends it again, and it is known why', async () => {
  const broker = await mosquitto()
  const log = new FrameLog()
  const details: string[] = []
  const input = await connected(broker, log, { changed: ({ detail }) => void (detail && details.push(detail)) })
  log.refuses = 1
  publishAll(broker, 'a/b', ['1', '2', '3'])
  await until(() => new Set(log.texts).size === 3)
  expect(details).toContain('500000 readings wait for the disk, no more are taken; make room on the disk')
  await until(() => input.state.status === 'connected')
  expect(input.state.detail).toBeUndefined()
})

it('stores what its last commit holds only once: acknowledgements go out before it disconnects', async () => {
  const broker = await mosquitto()
  const log = new FrameLog()
  log.auto = false
  const input = await connected(broker, log)
  publish(broker, ['-q', '1', '-m', 'once'])
  await until(() => log.frames.length === 1)
  const stopped = input.stop()
  await until(() => log.durability.asked > 0)
  log.durability.commit()
  await stopped
  await input.start()
  publish(broker, ['-q', '1', '-m', 'next'])
  await until(() => log.frames.length === 2)
  expect(log.texts).toEqual(['once', 'next'])
})

it('comes back after a restart of the broker, and takes what its session kept', async () => {
  const broker = await mosquitto({ config: 'persistence true\nautosave_interval 1\nautosave_on_changes true' })
  const log = new FrameLog()
  const input = await connected(broker, log)
  publish(broker, ['-q', '1', '-m', '1'])
  await until(() => log.frames.length === 1)
  await broker.kill()
  await until(() => input.state.status === 'waiting')
  await broker.restart()
  await until(() => input.state.status === 'connected')
  expect(input.state.detail).toBeUndefined()
  publish(broker, ['-q', '1', '-m', '2'])
  await until(() => log.frames.length === 2)
})

it('waits for a broker that is away at start, and says so', async () => {
  const port = await freePort()
  const input = create(port, new FrameLog())
  await input.start()
  await until(() => input.state.status === 'waiting')
  expect(input.state.detail).toMatch(`nothing listens on 127.0.0.1:${port}`)
  cleanups.push(await startMosquitto({ port }).then((broker) => broker.stop))
  await until(() => input.state.status === 'connected')
})

it('says that the password is wrong, keeps trying, and connects when it is right', async () => {
  const broker = await mosquitto({
    config: (folder) => {
      execFileSync('mosquitto_passwd', ['-b', '-c', join(folder, 'passwords'), 'gateway', 'right'])
      return `allow_anonymous false\npassword_file ${folder}/passwords`
    },
  })
  for (const version of [4, 5] as const) {
    const wrong = create(broker.port, new FrameLog(), { username: 'gateway', password: 'wrong', version })
    await wrong.start()
    await until(() => wrong.state.status === 'waiting')
    expect(wrong.state.detail).toMatch('refuses user "gateway": wrong user name or password')
    await wrong.stop()
  }
  await connected(broker, new FrameLog(), { username: 'gateway', password: 'right' })
})

it('says that another client uses its client id', async () => {
  const broker = await mosquitto()
  // Told of each loss: it may be connected again a moment later.
  const losses: string[] = []
  const input = await connected(broker, new FrameLog(), {
    changed: ({ status, detail = '' }) => void (status === 'waiting' && losses.push(detail)),
  })
  for (let times = 1; times <= 3; times++) {
    await until(() => input.state.status === 'connected')
    publish(broker, ['-i', 'rivulet-test', '-t', 'x', '-m', 'mine'])
    await until(() => losses.length === times)
  }
  expect(losses[2]).toMatch('another client uses the client id "rivulet-test"')
})

it('speaks TLS with an authority from a file, and refuses others', async () => {
  const broker = await mosquitto({
    config: (folder) => {
      certificate(folder)
      return tlsLines(folder)
    },
  })
  const log = new FrameLog()
  const url = `mqtts://127.0.0.1:${broker.port}`
  const stranger = create(broker.port, log, { url, clientId: 'stranger' })
  await stranger.start()
  await until(() => stranger.state.status === 'waiting')
  expect(stranger.state.detail).toMatch(/not from a known authority; name its authority's PEM file as caFile/)
  const caFile = join(broker.folder, 'cert.pem')
  await connected(broker, log, { url, caFile })
  publish(broker, ['-q', '1', '-m', 'secret', '--cafile', caFile])
  await until(() => log.texts.includes('secret'))
})

it.each(['ws', 'wss'] as const)('speaks MQTT over WebSockets (%s)', async (protocol) => {
  const port = await freePort()
  const broker = await mosquitto({
    config: (folder) => {
      certificate(folder)
      return `listener ${port} 127.0.0.1\nprotocol websockets\n${protocol === 'wss' ? tlsLines(folder) : ''}`
    },
  })
  const log = new FrameLog()
  const caFile = join(broker.folder, 'cert.pem')
  await connected(broker, log, { url: `${protocol}://127.0.0.1:${port}/mqtt`, ...(protocol === 'wss' && { caFile }) })
  publishAll(
    broker,
    'a/b',
    Array.from({ length: 200 }, (_, i) => `${i}`),
  )
  await until(() => log.frames.length === 200)
})

it('unsubscribes a topic that was taken out of the configuration while it was stopped', async () => {
  const broker = await mosquitto()
  let topics: readonly string[] = []
  const subscribed = {
    load: () => topics,
    save: (now: readonly string[]) => {
      topics = now
    },
  }
  const log = new FrameLog()
  const before = await connected(broker, log, { topics: ['a/#', 'b/#'], subscribed })
  await until(() => topics.length === 2)
  await before.stop()
  await connected(broker, log, { topics: ['a/#'], subscribed })
  await until(() => topics.length === 1)
  publish(broker, ['-q', '1', '-t', 'b/1', '-m', 'unwanted'])
  publish(broker, ['-q', '1', '-t', 'a/1', '-m', 'wanted'])
  await until(() => log.texts.includes('wanted'))
  expect(log.texts).toEqual(['wanted'])
})

it('marks retained messages and leaves them out when they have not changed', async () => {
  const broker = await mosquitto()
  publish(broker, ['-q', '1', '-r', '-t', 'a/1', '-m', 'kept'])
  publish(broker, ['-q', '1', '-r', '-t', 'a/2', '-m', 'old'])
  const fingerprints = new Map<string, string>()
  const records = {
    all: () => fingerprints,
    put: (topic: string, fingerprint: string) => void fingerprints.set(topic, fingerprint),
    delete: (topic: string) => void fingerprints.delete(topic),
  }
  const log = new FrameLog()
  const first = await connected(broker, log, { retained: new RetainedSeen(records) })
  await until(() => log.frames.length === 2)
  expect(log.frames.map(({ retain }) => retain)).toEqual([true, true])
  await first.stop()
  publish(broker, ['-q', '0', '-r', '-t', 'a/2', '-m', 'new'])
  await connected(broker, log, { retained: new RetainedSeen(records) })
  publish(broker, ['-q', '1', '-t', 'a/3', '-m', 'live'])
  await until(() => log.texts.includes('live'))
  expect(log.texts.slice(2)).toEqual(['new', 'live'])
})

it('leaves out a message that is too large, acknowledges it and says so', async () => {
  const broker = await mosquitto()
  const log = new FrameLog()
  const oversized: string[] = []
  const cable = await proxy(broker.port)
  const input = await connected(cable, log, { messageBytesMax: 1000, oversized: (topic) => oversized.push(topic) })
  publishAll(broker, 'a/huge', ['x'.repeat(200_000)])
  publish(broker, ['-q', '1', '-m', 'after'])
  await until(() => log.texts.includes('after'))
  expect(oversized).toEqual(['a/huge'])
  await arrived(broker, input)
  await drop(cable, input)
  publish(broker, ['-q', '1', '-m', 'later'])
  await until(() => log.texts.includes('later'))
  expect(oversized).toEqual(['a/huge'])
})

it('takes nothing while paused, keeps the connection, and goes on without a message lost or doubled', async () => {
  const broker = await mosquitto({ config: 'max_queued_messages 0' })
  const log = new FrameLog()
  const input = await connected(broker, log)
  publishAll(broker, 'a/b', ['0'])
  await until(() => log.frames.length === 1)
  input.pause()
  expect(input.state.status).toBe('paused')
  publishAll(
    broker,
    'a/b',
    Array.from({ length: 3000 }, (_, i) => `${i + 1}`),
  )
  expect(log.frames).toHaveLength(1)
  input.resume()
  await until(() => log.frames.length >= 3001)
  expect(log.texts).toEqual(Array.from({ length: 3001 }, (_, i) => `${i}`))
  expect(log.frames.every(({ dup }) => !dup)).toBe(true)
})

it('keeps a connection on which it reads nothing for longer than the broker waits for a ping', async () => {
  const broker = await mosquitto({ config: 'max_queued_messages 0' })
  const log = new FrameLog()
  const statuses: string[] = []
  const changed = ({ status }: { status: string }) => void statuses.push(status)
  const input = await connected(broker, log, { keepaliveSeconds: 2, changed })
  input.pause()
  const other = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`)
  await Promise.all(Array.from({ length: 500 }, (_, i) => other.publishAsync('a/b', `${i}`, { qos: 1 })))
  await other.endAsync()
  // mosquitto and MQTT.js both give up after three.
  await sleep(4500)
  input.resume()
  await until(() => log.frames.length === 500)
  expect(statuses).toEqual(['connecting', 'connected', 'paused', 'connected'])
})

it('notices a network that is silent, says so, and comes back by itself', async () => {
  const broker = await mosquitto()
  const cable = await startProxy(broker.port)
  cleanups.push(() => cable.close())
  const log = new FrameLog()
  const input = await connected(cable, log, { keepaliveSeconds: 1 })
  cable.silence('down')
  await until(() => input.state.trouble === 'lost')
  publishAll(broker, 'a/b', ['meanwhile'])
  cable.restore()
  await until(() => input.state.status === 'connected')
  await until(() => log.frames.length === 1)
  await until(() => input.state.trouble === undefined)
})

it('takes QoS 2 messages from a session that another program began, before it answers them', async () => {
  const broker = await mosquitto()
  const settings = { clientId: 'rivulet-test', clean: false, protocolVersion: 4 } as const
  const other = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, settings)
  await other.subscribeAsync('other/#', { qos: 2 })
  await other.endAsync()
  publish(broker, ['-q', '2', '-t', 'other/1', '-m', 'exactly'])
  const log = new FrameLog()
  await connected(broker, log, { version: 4 })
  await until(() => log.frames.length === 1)
  publish(broker, ['-q', '2', '-t', 'other/1', '-m', 'twice'])
  await until(() => log.frames.length === 2)
  expect(log.texts).toEqual(['exactly', 'twice'])
})

it('goes over to MQTT 3.1.1 with a broker that hangs up on MQTT 5', async () => {
  const broker = await mosquitto()
  // The protocol level follows the name (MQTT 3.1.1 §3.1.2.2).
  const old = await startProxy(broker.port, (connect) => connect[connect.indexOf('MQTT') + 4] === 5)
  cleanups.push(old.close)
  const log = new FrameLog()
  await connected(old, log)
  publish(broker, ['-q', '1', '-m', 'hello'])
  await until(() => log.texts.includes('hello'))
})

it('publishes when connected and says when it could not', async () => {
  const broker = await mosquitto()
  const log = new FrameLog()
  const input = await connected(broker, log)
  expect(input.publish('a/command', Buffer.from('rebirth'))).toBe(true)
  await until(() => log.texts.includes('rebirth'))
  await input.stop()
  expect(input.publish('a/command', Buffer.from('lost'))).toBe(false)
})

it.each([
  [{ url: 'http://localhost' }, /is not the URL of an MQTT broker/],
  [{ topics: ['a/#/b'] }, /"a\/#\/b" is no MQTT topic filter/],
  [{ caFile: '/nowhere/ca.pem' }, /cannot read \/nowhere\/ca.pem/],
] as const)('refuses to start with %j', async (options, message) => {
  await expect(create(1, new FrameLog(), options).start()).rejects.toThrow(message)
})

async function mosquitto(options?: MosquittoOptions): Promise<Mosquitto> {
  const broker = await startMosquitto(options)
  cleanups.push(broker.stop)
  return broker
}

async function proxy(target: number): Promise<Cable> {
  const cable = await startProxy(target)
  cleanups.push(cable.close)
  return cable
}

function create(port: number, log: FrameLog, options: Partial<MqttInputOptions> = {}): MqttInput {
  const input = new MqttInput({
    name: 'test',
    url: `mqtt://127.0.0.1:${port}`,
    clientId: 'rivulet-test',
    topics: ['a/#'],
    messageBytesMax: 1024 * 1024,
    sink: log.sink,
    durability: log.durability,
    ...options,
  })
  cleanups.push(() => {
    // Nothing is owed any more; a commit that never comes would only hold the test up.
    log.durability.commit()
    return input.stop()
  })
  return input
}

async function connected(to: { port: number }, log: FrameLog, options?: Partial<MqttInputOptions>): Promise<MqttInput> {
  const input = create(to.port, log, options)
  await input.start()
  await until(() => input.state.status === 'connected')
  return input
}

/** Resolves when all that the input has written is with the broker: what is cut off with its connection may be lost. */
async function arrived({ port }: Mosquitto, input: MqttInput): Promise<void> {
  // Acknowledgements are released in turns of the event loop.
  await sleep(50)
  const other = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`)
  await other.subscribeAsync('arrived')
  const heard = new Promise((resolve) => other.once('message', resolve))
  input.publish('arrived', Buffer.of())
  await heard
  await other.endAsync()
}

/** Cuts the connection and waits for the next one. */
async function drop(cable: Cable, input: MqttInput): Promise<void> {
  const { since } = input.state
  cable.cut()
  await until(() => input.state.status === 'connected' && input.state.since > since)
}

function publish(broker: Mosquitto, args: readonly string[]): void {
  const topic = args.includes('-t') ? [] : ['-t', 'a/b']
  execFileSync('mosquitto_pub', ['-h', '127.0.0.1', '-p', `${broker.port}`, ...topic, ...args])
}

/** Publishes each line at QoS 1. */
function publishAll(broker: Mosquitto, topic: string, lines: readonly string[]): void {
  const args = ['-h', '127.0.0.1', '-p', `${broker.port}`, '-q', '1', '-t', topic, '-l']
  execFileSync('mosquitto_pub', args, { input: `${lines.join('\n')}\n` })
}

function certificate(folder: string): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', 'key.pem']
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const args = ['req', '-x509', ...key, '-out', 'cert.pem', '-days', '2', ...subject]
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
}

function tlsLines(folder: string): string {
  return `certfile ${folder}/cert.pem\nkeyfile ${folder}/key.pem\n`
}
