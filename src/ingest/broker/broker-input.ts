import { once } from 'node:events'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { Server as TlsServer } from 'node:tls'
import type { Aedes, PublishPacket } from 'aedes'
import type { Durability, FrameSink, Input, InputState, InputStatus } from '../input.ts'
import { AckGate } from '../mqtt/ack-gate.ts'
import { type AccessOptions, shown } from './access.ts'
import { Account } from './account.ts'
import { admission } from './admission.ts'
import { connectMs, createAedes } from './aedes.ts'
import { Clients } from './clients.ts'
import { Connects } from './connects.ts'
import { limitLines } from './line-limit.ts'
import { type Certificate, createListener, explainListen } from './listener.ts'
import { RetainedMessages, type RetainedMessagesPort } from './retained-messages.ts'

/** An idle connection takes about 30 kB here: 60 MB for all. */
const connectionsMaxDefault = 2000

/** How often it is asked whose user is gone; whoever removed one waits seconds at most. */
const standingCheckMs = 2000

/** Time for the last acknowledgements; the log commits at least once a second unless the disk is away. */
const farewellMs = 3000

export interface BrokerInputOptions extends AccessOptions {
  readonly host: string
  /** 0 takes a free one; see `port`. */
  readonly port: number
  /** Reads the certificate and its key; where it is given, the broker speaks TLS. @throws GatewayError */
  readonly certificate?: () => Certificate
  readonly messageBytesMax: number
  readonly connectionsMax?: number
  readonly connectionsPerAddressMax: number
  /** Messages a second from a client at that address; a faster one is made to wait. Any number unless said. */
  readonly messagesPerSecondMax?: (address: string) => number
  /** As in `AckGate`. */
  readonly unacked?: number
  readonly sink: FrameSink
  readonly durability: Durability
  readonly retained?: RetainedMessagesPort
  /** See `Clients`; asked of those whom `verify` has let in. */
  readonly proofOf?: (user: string) => unknown
  /** Told in one line why a client was let go or turned away, a few times a minute at most. */
  readonly report?: (line: string) => void
  readonly changed?: (state: InputState) => void
}

/**
 * An MQTT 3.1.1 broker of our own, for sensors that need no other: every message published to it is a frame, and goes on
 * to whoever subscribed. Acknowledgements wait for the log as with other brokers. While paused it takes no message:
 * clients notice that nothing is answered and come back with what they hold.
 */
export class BrokerInput implements Input {
  readonly #options: BrokerInputOptions
  readonly #retained: RetainedMessages
  readonly #clients: Clients<AckGate>
  readonly #report: (line: string) => void
  readonly #connects: Connects
  #standingTimer: NodeJS.Timeout | undefined
  #aedes: Aedes | undefined
  #server: Server | undefined
  #status: InputStatus = 'stopped'
  #since = Date.now()
  #received = 0
  /** Messages that came while paused; a client is not read from while one of its messages waits here. */
  #parked: (() => void)[] = []
  #paused = false

  constructor(options: BrokerInputOptions) {
    this.#options = options
    this.#retained = new RetainedMessages(options.retained)
    this.#clients = new Clients(options.proofOf ?? (() => true))
    this.#connects = new Connects((address) => this.#perSecondOf(address))
    this.#report = limitLines((line) => options.report?.(line))
  }

  get state(): InputState {
    return {
      name: 'broker',
      kind: 'broker',
      status: this.#paused && this.#status !== 'stopped' ? 'paused' : this.#status,
      ...(this.port !== undefined && { detail: `listens on ${this.#options.host}:${this.port}` }),
      since: this.#since,
      received: this.#received,
      dropped: 0,
    }
  }

  /** Where it listens; undefined when it does not. */
  get port(): number | undefined {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port
  }

  /** Connections at the moment, for metrics. */
  get connections(): number {
    return this.#clients.size
  }

  /** Rejects with GatewayError: `conflict` when another program has the port, `config` when it or the certificate cannot be used. */
  async start(): Promise<void> {
    if (this.#server) return
    const { host, port, certificate, connectionsMax = connectionsMaxDefault } = this.#options
    const secured = certificate?.()
    const aedes = await createAedes({
      ...this.#options,
      clients: this.#clients,
      retained: this.#retained,
      perSecondOf: (address) => this.#perSecondOf(address),
      report: this.#report,
      take: (packet, done) => this.#take(aedes, packet, done),
    })
    const server = createListener(
      { ...this.#options, certificate: secured, handshakeMs: connectMs, report: this.#report },
      (socket, address) => this.#accept(aedes, socket, address),
    )
    server.maxConnections = connectionsMax
    server.on('drop', () => this.#report(`more than ${connectionsMax} connections: some are turned away`))
    try {
      server.listen(port, host)
      await once(server, 'listening')
    } catch (error) {
      aedes.close()
      throw explainListen(error as NodeJS.ErrnoException, `${host}:${port}`)
    }
    server.on('error', (error) => this.#report(error.message))
    this.#aedes = aedes
    this.#server = server
    this.#standingTimer = setInterval(() => this.#endFallen(), standingCheckMs)
    this.#become('connected')
  }

  async stop(): Promise<void> {
    const [aedes, server] = [this.#aedes, this.#server]
    if (!aedes || !server) return
    // From here on nothing is taken or acknowledged, and no will is published: the devices have not gone, we have.
    this.#aedes = undefined
    clearInterval(this.#standingTimer)
    this.#parked = []
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, farewellMs)
    })
    await Promise.race([Promise.all(this.#clients.all().map((gate) => gate.flush())), late])
    clearTimeout(timer)
    await new Promise<void>((resolve) => aedes.close(resolve))
    for (const gate of this.#clients.all()) gate.destroy()
    await closed
    this.#server = undefined
    this.#become('stopped')
  }

  pause(): void {
    if (this.#paused) return
    this.#paused = true
    this.#tell()
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#tell()
    for (const take of this.#parked.splice(0)) take()
  }

  /** Reads the certificate anew; connections that are open keep the old one. @throws GatewayError when it cannot be used */
  renew(): void {
    const certificate = this.#options.certificate?.()
    if (certificate && this.#server) (this.#server as TlsServer).setSecureContext(certificate)
  }

  /** Publishes at QoS 0 to whoever has subscribed; false when the broker is not running. */
  publish(topic: string, payload: Uint8Array): boolean {
    if (!this.#aedes) return false
    const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false } as const
    this.#aedes.publish(packet, () => {})
    return true
  }

  #accept(aedes: Aedes, socket: Socket, address: string): void {
    const { durability, unacked, messageBytesMax } = this.#options
    const perSecond = this.#perSecondOf(address)
    const pace = this.#connects.begin(address)
    const slowed = () =>
      this.#report(`a client at ${address} sends more than ${perSecond} messages a second, and is made to wait`)
    const allowance = perSecond === Number.POSITIVE_INFINITY ? undefined : new Account(pace, slowed)
    const admit = admission(messageBytesMax, (connack) => socket.end(connack))
    const gate = new AckGate(socket, durability, { admit, allowance, unacked })
    this.#clients.add(gate, address)
    gate.once('close', () => {
      this.#clients.delete(gate)
    })
    aedes.handle(gate)
  }

  /**
   * Hands a message over and lets aedes go on at once: it writes the acknowledgement next, which the gate then holds. What
   * has to be kept with it is kept before that, so that the commit the gate waits for holds both.
   */
  #take(aedes: Aedes, packet: PublishPacket, done: (error?: Error | null) => void): void {
    if (this.#aedes !== aedes) return
    if (this.#paused) {
      this.#parked.push(() => this.#take(aedes, packet, done))
      return
    }
    const { topic, dup, qos } = packet
    const payload = packet.payload as Buffer
    // A message that asks to be retained is as fresh as any: only what a broker had kept is old.
    const frame = {
      transport: 'mqtt',
      source: 'broker',
      topic,
      payload,
      receivedAt: Date.now(),
      retain: false,
      dup,
    } as const
    try {
      this.#options.sink(frame)
    } catch (error) {
      // Unacknowledged: its sender is let go, and has it when it comes back.
      return done(error as Error)
    }
    this.#received++
    if (packet.retain && !this.#retained.keep({ topic, payload, qos }))
      this.#report(`no room to retain the message on ${shown(topic)}`)
    done(null)
  }

  #perSecondOf(address: string): number {
    return this.#options.messagesPerSecondMax?.(address) ?? Number.POSITIVE_INFINITY
  }

  #endFallen(): void {
    for (const [gate, user] of this.#clients.fallen()) {
      const at = this.#clients.addressOf(gate)
      this.#report(`a client at ${at} was disconnected: user ${shown(user)} was removed or has another password`)
      gate.destroy()
    }
  }

  #become(status: InputStatus): void {
    this.#status = status
    this.#tell()
  }

  #tell(): void {
    this.#since = Date.now()
    this.#options.changed?.(this.state)
  }
}
