import { once } from 'node:events'
import { createServer } from 'node:net'
import { Worker } from 'node:worker_threads'
import { Aedes } from 'aedes'
import { BrokerInput } from '../../src/ingest/broker/broker-input.ts'
import { QuickDurability } from '../ingest/durability.ts'
import type { Row } from './row.ts'

const messages = 100_000
const clients = 2

/** A publisher in a thread of its own: writes QoS 1 messages as fast as the socket takes them, and counts PUBACKs. */
const publisher = `
const { connect } = require('node:net')
const { workerData, parentPort } = require('node:worker_threads')
const { generate } = require('mqtt-packet')
const { port, messages, id } = workerData
const settings = { protocolId: 'MQTT', protocolVersion: 4, clientId: 'bench-' + id, clean: true, keepalive: 60 }
const socket = connect({ port, host: '127.0.0.1', noDelay: true })
const payload = '{"temperature":21.5,"humidity":48.2,"battery":93,"linkquality":120}'
const packet = (i) => generate({ cmd: 'publish', topic: 'bench/device/state', payload, qos: 1, messageId: 1 + (i % 65535), dup: false, retain: false })
let bytes = -4, sent = 0
const send = () => {
  // MQTT 3.1.1 allows 65,535 on the way; with few, this would measure how long a commit takes.
  while (sent < messages && sent - bytes / 4 < 30_000) {
    const batch = []
    for (let i = 0; i < 100 && sent < messages; i++) batch.push(packet(sent++))
    socket.write(Buffer.concat(batch))
  }
}
socket.on('data', (chunk) => {
  bytes += chunk.length
  if (bytes === 0) parentPort.once('message', send).postMessage('connected')
  else if (bytes >= messages * 4) parentPort.postMessage('done')
  else send()
})
socket.write(generate({ cmd: 'connect', ...settings }))
`

/** What the embedded broker takes from publishers at QoS 1, with the ack gate and bounds, and as aedes alone takes it. */
export async function measure(): Promise<Row[]> {
  let ours = 0
  let bare = 0
  for (let round = 0; round < 6; round++) {
    bare = Math.max(bare, await aedesAlone())
    ours = Math.max(ours, await embedded())
  }
  const ratio = ours / bare
  const [figure, limit] = [ours, bare].map((rate) => `${Math.round(rate).toLocaleString('en')} messages/s`)
  const name = 'embedded broker, QoS 1 in, no decoding'
  return [{ name, figure: figure!, limit: `${limit}, aedes alone`, ratio, target: '≥ 0.95', reached: ratio >= 0.95 }]
}

async function embedded(): Promise<number> {
  const durability = new QuickDurability()
  const broker = new BrokerInput({
    host: '127.0.0.1',
    port: 0,
    anonymous: true,
    messageBytesMax: 1024 * 1024,
    connectionsPerAddressMax: 100,
    durability,
    sink: () => durability.append(2),
  })
  await broker.start()
  const rate = await publish(broker.port!)
  await broker.stop()
  durability.close()
  return rate
}

async function aedesAlone(): Promise<number> {
  const aedes = await Aedes.createBroker()
  const server = createServer({ noDelay: true }, (socket) => aedes.handle(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const rate = await publish((server.address() as { port: number }).port)
  await new Promise<void>((resolve) => aedes.close(resolve))
  server.close()
  return rate
}

async function publish(port: number): Promise<number> {
  const workers = Array.from({ length: clients }, (_, id) => {
    const workerData = { port, messages: messages / clients, id }
    return new Worker(publisher, { eval: true, workerData })
  })
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const started = performance.now()
  for (const worker of workers) worker.postMessage('go')
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const rate = messages / ((performance.now() - started) / 1000)
  await Promise.all(workers.map((worker) => worker.terminate()))
  return rate
}
