import type { Duplex } from 'node:stream'
import { type IClientOptions, MqttClient } from 'mqtt'
import type { Millis } from '../../reading.ts'
import type { Durability } from '../input.ts'
import { AckGate } from './ack-gate.ts'
import { type Message, readMessages } from './message-reader.ts'

/** Messages a broker may send before it waits for us (MQTT 5 §3.1.2.11.3); mosquitto's own default of 20 makes for small commits. */
const receiveMaximum = 1000

/** MQTT 5 §3.1.2.11.2: until the broker's own limit, as `clean session 0` is in MQTT 3.1.1. */
const sessionForever = 0xffff_ffff

/** A broker on the other side of the world behind TLS answers in a second or two; what takes longer does not speak MQTT. */
const connackMs = 20_000

/** Time for the last acknowledgements and DISCONNECT; the log commits at least once a second unless the disk is away. */
const farewellMs = 3000

const keepaliveSecondsDefault = 60

export interface ConnectionOptions {
  readonly open: (client: MqttClient) => Duplex
  readonly version: 4 | 5
  readonly clientId: string
  readonly username: string | undefined
  readonly password: string | undefined
  readonly durability: Durability
  readonly unacked?: number
  /** Between pings (MQTT 3.1.1 §3.1.2.10); shorter where the network forgets quiet connections sooner. */
  readonly keepaliveSeconds?: number
  readonly messageBytesMax: number
  /** Takes a message, which is acknowledged once the log is durable. */
  readonly take: (message: Message) => void
  readonly oversized: (topic: string, bytes: number) => void
  readonly connected: (sessionPresent: boolean) => void
}

/** How a connection came to its end. */
export interface Ending {
  /** How long the broker had accepted it; undefined when it never did. */
  readonly upMs?: Millis | undefined
  /** What the library or the socket said, the first of it. */
  readonly error?: Error | undefined
  /** Reason code of the broker's refusal or DISCONNECT. */
  readonly reason?: number | undefined
}

/** One network connection to a broker, from CONNECT to its end. It never reconnects: whoever opens it decides about the next. */
export class Connection {
  /** Resolves, and never rejects, when the connection is gone. */
  readonly ended: Promise<Ending>
  readonly #client: MqttClient
  #gate!: AckGate
  readonly #keepaliveMs: Millis
  #keepalive: NodeJS.Timeout | undefined
  #holding = false
  #closing = false

  constructor(options: ConnectionOptions) {
    const { durability, unacked, keepaliveSeconds = keepaliveSecondsDefault } = options
    this.#keepaliveMs = keepaliveSeconds * 1000
    const admit = readMessages({
      ...options,
      take: (message) => {
        // Neither taken nor acknowledged once we are leaving: the broker keeps it.
        if (!this.#closing) options.take(message)
        return !this.#closing
      },
      acknowledge: (type, id) => this.#gate.acknowledge(type, id),
    })
    this.#client = new MqttClient((client) => {
      this.#gate = new AckGate(options.open(client), durability, { admit, unacked })
      return this.#gate
    }, clientOptions(options))
    this.ended = this.#watch(options)
  }

  get connected(): boolean {
    return this.#client.connected && !this.#closing
  }

  /** Subscribes to all at QoS 1 and resolves to the QoS granted for each, 128 and above for those refused. */
  subscribe(topics: readonly string[]): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      this.#client.subscribe([...topics], { qos: 1 }, (error, _granted, packet) => {
        if (packet) resolve(packet.granted as number[])
        else reject(error ?? new Error('no SUBACK'))
      })
    })
  }

  async unsubscribe(topics: readonly string[]): Promise<void> {
    await this.#client.unsubscribeAsync([...topics])
  }

  publish(topic: string, payload: Uint8Array): void {
    this.#client.publish(topic, Buffer.from(payload), { qos: 0 })
  }

  /**
   * Takes nothing more until `goOn`, but for what has been read already. Nobody sees the PINGRESP then that MQTT.js
   * waits for; so ping for the broker's sake and tell MQTT.js that all is well.
   */
  hold(): void {
    this.#holding = true
    // Not before the broker's answer to CONNECT.
    if (this.#client.connected) this.#gate.hold()
    clearInterval(this.#keepalive)
    this.#keepalive = setInterval(() => {
      if (!this.#client.connected) return
      this.#client.sendPing()
      this.#client.reschedulePing(true)
    }, this.#keepaliveMs / 2)
    this.#client.reschedulePing(true)
  }

  goOn(): void {
    this.#holding = false
    this.#gate.goOn()
    clearInterval(this.#keepalive)
    this.#client.reschedulePing(true)
  }

  /** Sends the acknowledgements that are owed, if the log is quick enough, then DISCONNECT; the session stays with the broker. */
  async close(): Promise<void> {
    if (this.#closing) return void (await this.ended)
    this.#closing = true
    const timer = setTimeout(() => this.#gate.destroy(), farewellMs)
    // The library writes a packet in the same turn and uncorks in the next tick: then all of them stand in the gate.
    await new Promise((resolve) => setImmediate(resolve))
    await this.#gate.flush()
    // Held, the broker's end of the connection would not be seen.
    this.#gate.goOn()
    this.#client.end(!this.#client.connected)
    await this.ended
    clearTimeout(timer)
  }

  #watch({ connected }: ConnectionOptions): Promise<Ending> {
    const client = this.#client
    let upSince: Millis | undefined
    let error: Error | undefined
    let reason: number | undefined
    const note = (cause: Error) => {
      error ??= cause
      // A CONNACK's refusal carries its reason as a number, a socket's failure its name.
      if ('code' in cause && typeof cause.code === 'number') reason ??= cause.code
      this.#gate.destroy()
    }
    client.on('error', note)
    this.#gate.on('error', note)
    client.on('disconnect', (packet) => {
      reason ??= packet.reasonCode
    })
    client.on('connect', (packet) => {
      upSince = performance.now()
      if (this.#holding) this.#gate.hold()
      connected(packet.sessionPresent)
    })
    return new Promise((resolve) => {
      this.#gate.once('close', () => {
        clearInterval(this.#keepalive)
        // Ends its timers too; the stream is gone already.
        client.end(true)
        resolve({
          upMs: upSince === undefined ? undefined : performance.now() - upSince,
          error,
          reason,
        })
      })
    })
  }
}

function clientOptions(options: ConnectionOptions): IClientOptions {
  const { version, clientId, username, password, keepaliveSeconds = keepaliveSecondsDefault } = options
  return {
    protocolVersion: version,
    clientId,
    clean: false,
    keepalive: keepaliveSeconds,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    connectTimeout: connackMs,
    // Its default formats nothing either, but looks up whether it should, several times a message.
    log: () => {},
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(version === 5 && { properties: { sessionExpiryInterval: sessionForever, receiveMaximum } }),
  }
}
