import { setTimeout as sleep } from 'node:timers/promises'
import { GatewayError } from '../../errors.ts'
import { backoffMs } from '../backoff.ts'
import {
  type Durability,
  type FrameSink,
  type Input,
  type InputState,
  type InputStatus,
  shownTrouble,
  type Trouble,
} from '../input.ts'
import type { RetainedSeen } from '../retained.ts'
import { Connection, type Ending } from './connection.ts'
import type { Message } from './message-reader.ts'
import { keepSubscribed, type SubscribedTopics } from './subscriptions.ts'
import { isTopicFilter } from './topics.ts'
import {
  type Endpoint,
  openTransport,
  parseEndpoint,
  readTlsMaterial,
  type TlsMaterial,
  type TlsOptions,
} from './transport.ts'
import { explain, isBrief } from './trouble.ts'

export interface MqttInputOptions extends TlsOptions {
  /** Goes into every frame as its source: the configured name, or the URL without secrets. */
  readonly name: string
  readonly url: string
  readonly username?: string | undefined
  readonly password?: string | undefined
  /** Names the session at the broker, so it has to stay the same over restarts and differ between gateways. */
  readonly clientId: string
  readonly topics: readonly string[]
  /** Tries MQTT 5 first and 3.1.1 with brokers that do not know it, unless one is set. */
  readonly version?: 4 | 5 | undefined
  readonly messageBytesMax: number
  /** As in `AckGate`. */
  readonly unacked?: number
  /** As in `Connection`. */
  readonly keepaliveSeconds?: number
  readonly sink: FrameSink
  readonly durability: Durability
  /** Which topics the broker's session holds, so that one taken out of the configuration can be unsubscribed. */
  readonly subscribed?: SubscribedTopics
  /** Which retained messages were taken before; without it each (re)connection takes all of them again. */
  readonly retained?: RetainedSeen
  /** Told of each message left out for its size. */
  readonly oversized?: (topic: string, bytes: number) => void
  /** Told of every change of `state` but its counters. */
  readonly changed?: (state: InputState) => void
}

/**
 * Subscribes to a broker, with a persistent session at QoS 1: what is published while the gateway is away waits there.
 * It keeps trying for as long as it runs. While paused it takes no message and keeps the connection: acknowledgements
 * that are held stay owed on it, so nothing has to be sent twice when the disk is back.
 */
export class MqttInput implements Input {
  readonly #options: MqttInputOptions
  #status: InputStatus = 'stopped'
  #trouble: Partial<Trouble> = {}
  #since = Date.now()
  #received = 0
  #version: 4 | 5
  #connection: Connection | undefined
  #running: AbortController | undefined
  #finished: Promise<void> = Promise.resolve()
  #paused = false
  #resumed: () => void = () => {}

  constructor(options: MqttInputOptions) {
    this.#options = options
    this.#version = options.version ?? 5
  }

  get state(): InputState {
    return {
      name: this.#options.name,
      kind: 'mqtt',
      status: this.#paused && this.#status !== 'stopped' ? 'paused' : this.#status,
      ...shownTrouble(this.#trouble),
      since: this.#since,
      received: this.#received,
      dropped: 0,
    }
  }

  /** Begins to connect and returns at once. Rejects with GatewayError `config` for a wrong URL, topic or PEM file. */
  async start(): Promise<void> {
    if (this.#running) return
    const { url, topics } = this.#options
    const endpoint = parseEndpoint(url)
    const tls = readTlsMaterial(this.#options)
    const wrong = topics.find((topic) => !isTopicFilter(topic))
    if (wrong !== undefined)
      throw new GatewayError(
        'config',
        `"${wrong}" is no MQTT topic filter`,
        '# stands alone or after the last /, + between two',
      )
    this.#running = new AbortController()
    this.#finished = this.#run(this.#running.signal, endpoint, tls)
  }

  /** Lets the acknowledgements that are owed out and disconnects; the broker keeps the session. */
  async stop(): Promise<void> {
    this.#running?.abort()
    await this.#connection?.close()
    await this.#finished
    this.#running = undefined
    this.#options.retained?.save()
    this.#become('stopped')
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#connection?.hold()
    this.#report()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#connection?.goOn()
    this.#report()
    this.#resumed()
  }

  /** Publishes at QoS 0; false, and nothing is sent, when there is no connection at the moment. */
  publish(topic: string, payload: Uint8Array): boolean {
    if (!this.#connection?.connected) return false
    this.#connection.publish(topic, payload)
    return true
  }

  async #run(signal: AbortSignal, endpoint: Endpoint, tls: TlsMaterial): Promise<void> {
    const { clientId, username = endpoint.username } = this.#options
    let failures = 0
    let brief = 0
    for (;;) {
      await this.#untilResumed(signal)
      if (signal.aborted) return
      // The last trouble stays in sight until it is over.
      this.#become('connecting', this.#trouble)
      this.#connection = this.#connect(endpoint, tls)
      const ending = await this.#connection.ended
      this.#connection = undefined
      if (signal.aborted) return
      if (this.#triesOtherVersion(ending)) continue
      brief = isBrief(ending) ? brief + 1 : 0
      failures = ending.upMs === undefined || brief > 0 ? failures + 1 : 1
      const circumstances = { endpoint, clientId, brief, username }
      this.#become('waiting', explain(ending, circumstances))
      await sleep(backoffMs(failures), undefined, { signal }).catch(() => {})
    }
  }

  #connect(endpoint: Endpoint, tls: TlsMaterial): Connection {
    const { url: _url, username = endpoint.username, password = endpoint.password, ...options } = this.#options
    const connection = new Connection({
      ...options,
      version: this.#version,
      username,
      password,
      open: (client) => openTransport(client, endpoint, tls),
      take: (message) => this.#take(message),
      oversized: (topic, bytes) => options.oversized?.(topic, bytes),
      connected: (sessionPresent) => {
        keepSubscribed(connection, options.topics, sessionPresent, options.subscribed).then(
          (detail) => connection.connected && this.#become('connected', detail === undefined ? {} : { detail }),
          // The connection ended first; its ending says why.
          () => {},
        )
      },
    })
    if (this.#paused) connection.hold()
    return connection
  }

  /**
   * The hot path: no more than a frame and a call a message. What the sink throws ends the connection, with all that is
   * not acknowledged on it: the broker sends it on the next one.
   */
  #take({ topic, payload, retain, dup }: Message): void {
    const { name: source, retained: kept, sink } = this.#options
    this.#received++
    if (retain && kept?.has(topic, payload)) return
    sink({ transport: 'mqtt', source, topic, payload, receivedAt: Date.now(), retain, dup })
    if (retain) kept?.add(topic, payload)
    else kept?.pass(topic, payload)
  }

  /** True when the next attempt, with the other version, is to follow at once. A broker that knows only 3.1.1 may just hang up. */
  #triesOtherVersion({ upMs, error, reason }: Ending): boolean {
    if (this.#options.version !== undefined || upMs !== undefined) return false
    const hungUp = reason === undefined && (!error || ('code' in error && error.code === 'ECONNRESET'))
    if (!hungUp && reason !== 1 && reason !== 132) return false
    this.#version = this.#version === 5 ? 4 : 5
    return this.#version === 4
  }

  #untilResumed(signal: AbortSignal): Promise<void> {
    if (!this.#paused || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#resumed = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  #become(status: InputStatus, trouble: Partial<Trouble> = {}): void {
    if (status === this.#status && trouble.detail === this.#trouble.detail) return
    this.#status = status
    this.#trouble = trouble
    this.#report()
  }

  #report(): void {
    this.#since = Date.now()
    this.#options.changed?.(this.state)
  }
}
