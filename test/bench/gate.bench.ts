import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import mqtt, { MqttClient } from 'mqtt'
import { MqttInput } from '../../src/ingest/mqtt/mqtt-input.ts'
import { QuickDurability } from '../ingest/durability.ts'
import { startMosquitto } from '../setup/mosquitto.ts'
import type { Row } from './row.ts'

const messages = 60_000
const text = '{"temperature":21.5,"humidity":48.2,"battery":93,"linkquality":120}'

/**
 * What the ack gate and the MQTT input cost: messages that wait in a persistent session at mosquitto, drained by a bare
 * MQTT.js subscriber that only parses JSON, and by our input in front of a log whose commits cost nothing.
 */
export async function measure(): Promise<Row[]> {
  const broker = await startMosquitto({
    config: 'max_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\n',
  })
  try {
    const rates = { bare: 0, ungated: 0, gated: 0, v5: 0 }
    for (let round = 0; round < 3; round++) {
      rates.bare = Math.max(rates.bare, await drain(broker.port, bare))
      rates.ungated = Math.max(rates.ungated, await drain(broker.port, ungated))
      rates.gated = Math.max(rates.gated, await drain(broker.port, gated(4)))
      rates.v5 = Math.max(rates.v5, await drain(broker.port, gated(5)))
    }
    return [
      row('MQTT 3.1.1 QoS 1 in, ack gate', rates.gated, rates.ungated, 'the same without the gate'),
      row('MQTT 3.1.1 QoS 1 in, ack gate', rates.gated, rates.bare, 'bare MQTT.js and JSON.parse'),
      row('MQTT 5 QoS 1 in, ack gate', rates.v5, rates.bare, 'bare MQTT.js (3.1.1) and JSON.parse'),
    ]
  } finally {
    await broker.stop()
  }
}

type Subscriber = (port: number, all: () => void) => Promise<() => Promise<void>>

/** Queues the messages for client `drain`, then times the subscriber from its first message to its last. Messages/s. */
async function drain(port: number, subscriber: Subscriber): Promise<number> {
  const settings = { clientId: 'drain', clean: false, protocolVersion: 4, reconnectPeriod: 0 } as const
  const owner = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, settings)
  await owner.subscribeAsync('bench/#', { qos: 1 })
  await owner.endAsync()
  const args = ['-p', `${port}`, '-q', '1', '-t', 'bench/device/state', '-l']
  const publisher = spawn('mosquitto_pub', args, { stdio: ['pipe', 'inherit', 'inherit'] })
  publisher.stdin.end(`${text}\n`.repeat(messages))
  await once(publisher, 'exit')
  const started = performance.now()
  let stop: (() => Promise<void>) | undefined
  await new Promise<void>((resolve) => {
    subscriber(port, resolve).then((end) => {
      stop = end
    })
  })
  const rate = messages / ((performance.now() - started) / 1000)
  await stop?.()
  return rate
}

const bare: Subscriber = async (port, all) => {
  const options = { clientId: 'drain', clean: false, protocolVersion: 4, reconnectPeriod: 0 } as const
  const client = new MqttClient(() => connect({ port, host: '127.0.0.1', noDelay: true }), options)
  let count = 0
  client.on('message', (_topic, bytes) => {
    JSON.parse(bytes.toString())
    if (++count === messages) all()
  })
  return () => client.endAsync()
}

/** As in our input, but acknowledged at once. */
const ungated: Subscriber = async (port, all) => {
  const options = { clientId: 'drain', clean: false, protocolVersion: 4, reconnectPeriod: 0, log: () => {} } as const
  const client = new MqttClient(() => connect({ port, host: '127.0.0.1', noDelay: true }), options)
  let count = 0
  client.handleMessage = ({ payload }, next) => {
    JSON.parse(payload.toString())
    if (++count === messages) all()
    next()
  }
  return () => client.endAsync()
}

function gated(version: 4 | 5): Subscriber {
  return async (port, all) => {
    const durability = new QuickDurability()
    let count = 0
    const input = new MqttInput({
      name: 'bench',
      url: `mqtt://127.0.0.1:${port}`,
      clientId: 'drain',
      topics: ['bench/#'],
      version,
      messageBytesMax: 1024 * 1024,
      durability,
      sink: ({ payload }) => {
        JSON.parse(payload.toString())
        durability.append(2)
        if (++count === messages) all()
      },
    })
    await input.start()
    return async () => {
      await input.stop()
      durability.close()
    }
  }
}

function row(name: string, rate: number, limit: number, what: string): Row {
  const ratio = rate / limit
  const figures = [rate, limit].map((figure) => `${Math.round(figure).toLocaleString('en')} messages/s`)
  const reached = ratio >= 0.95
  return { name, figure: figures[0]!, limit: `${figures[1]}, ${what}`, ratio, target: '≥ 0.95', reached }
}
