import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet'
import type { Content, Ledger } from './ledger.ts'

export interface SensorOptions {
  readonly ledger: Pick<Ledger, 'published' | 'acknowledged'>
  readonly port: number
  /** Names the client, the device and its topic: `sensors/<name>/step`. */
  readonly name: string
  /** Messages a second; 50 unless said. */
  readonly rate?: number
  /** Sent and not acknowledged at most: a sensor without an answer for long waits rather than grow. */
  readonly window?: number
}

/** A sensor that counts, so that no two of its readings are the same, and writes down what it sent and what was acknowledged. */
export interface Sensor {
  readonly device: string
  /** Sent and not acknowledged yet. */
  readonly outstanding: number
  /** Ends the load, waits until everything that was sent is acknowledged, and disconnects. */
  finish(): Promise<void>
  /** Ends at once; what was not acknowledged is forgotten. */
  stop(): Promise<void>
}

/** Messages go out in small packs, since a timer is no finer than a few milliseconds on a busy machine. */
const tickMs = 20

/** How long it waits before it connects again. */
const backoffMs = 50

/**
 * Publishes at QoS 1 in a session of its own. Where the connection is lost it connects again and sends all that was not acknowledged
 * at once (MQTT 3.1.1 §4.4); MQTT.js sends the next only when the one before is acknowledged, and so hardly loads what it comes back to.
 */
export function startSensor({ ledger, port, name, rate = 50, window = 1_000 }: SensorOptions): Sensor {
  const device = `mqtt:${name}`
  const waiting = new Map<number, { readonly content: Content; readonly packet: IPublishPacket }>()
  let socket: Socket | undefined
  let sent = 0
  let isPublishing = true
  let isStopped = false
  let isReady = false

  const received = (packet: Packet) => {
    if (packet.cmd === 'connack' && packet.returnCode === 0) {
      for (const { packet } of waiting.values()) socket!.write(generate({ ...packet, dup: true }))
      isReady = true
    }
    if (packet.cmd !== 'puback') return
    const acknowledged = waiting.get(packet.messageId!)
    waiting.delete(packet.messageId!)
    if (acknowledged) ledger.acknowledged(acknowledged.content)
  }
  const connectOnce = async () => {
    isReady = false
    const opened = connect(port, '127.0.0.1').setNoDelay()
    socket = opened
    const parse = parser().on('packet', received)
    opened.on('data', (bytes) => parse.parse(bytes))
    // Whatever ends the connection, `close` follows.
    opened.on('error', () => {})
    opened.write(
      generate({ cmd: 'connect', clientId: name, clean: false, keepalive: 0, protocolId: 'MQTT', protocolVersion: 4 }),
    )
    // `once` of node:events would reject with the error first.
    await new Promise<void>((resolve) => opened.on('close', () => resolve()))
    isReady = false
  }
  const publish = () => {
    const messageId = (sent % 65_535) + 1
    const content: Content = { device, metric: 'step', value: ++sent }
    const packet: IPublishPacket = {
      cmd: 'publish',
      topic: `sensors/${name}/step`,
      payload: `${sent}`,
      qos: 1,
      dup: false,
      retain: false,
      messageId,
    }
    ledger.published(content)
    waiting.set(messageId, { content, packet })
    socket!.write(generate(packet))
  }
  const connecting = (async () => {
    for (; !isStopped; await sleep(backoffMs)) await connectOnce()
  })()
  const load = (async () => {
    for (let due = 0; isPublishing; await sleep(tickMs)) {
      if (!isReady) continue
      due = Math.min(due + (rate * tickMs) / 1000, rate)
      for (; due >= 1 && waiting.size < window; due--) publish()
    }
  })()
  const stop = async () => {
    isPublishing = false
    isStopped = true
    await load
    socket?.destroy()
    await connecting
  }

  return {
    device,
    get outstanding() {
      return waiting.size
    },
    stop,
    async finish() {
      isPublishing = false
      await load
      while (waiting.size > 0 && !isStopped) await sleep(tickMs)
      await stop()
    },
  }
}
