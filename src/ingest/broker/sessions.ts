import { Readable } from 'node:stream'
import type { AedesPublishPacket, Client, Subscription } from 'aedes'
import { filterLevelsMax, levelsOf } from './clients.ts'
import { TopicTree } from './topic-tree.ts'

/** Sessions kept for clients that are away; the one unused for longest goes first. A house has fewer devices than this. */
const sessionsMax = 1000

/** What waits for one session: as many messages as at mosquitto, and no more bytes than a few large ones. The oldest go first. */
const queuedMax = 1000
const queuedBytesMax = 4 * 1024 * 1024

/** What waits for all of them. */
const allQueuedBytesMax = 64 * 1024 * 1024

type SessionOf = Pick<Client, 'id'>

/** What aedes queues: PUBLISH, and PUBREL while a QoS 2 handshake goes on. `brokerCounter` tells messages apart. */
type Outgoing = Omit<AedesPublishPacket, 'cmd'> & { cmd: string; brokerCounter: number }

class Session {
  readonly filters = new Map<string, Subscription>()
  readonly queue = new Map<number, Outgoing>()
  readonly counterById = new Map<number, number>()
  /** Packet ids of QoS 2 messages whose PUBREL has not come; at most `maxInflightInbound` of aedes. */
  readonly incoming = new Set<number>()
  bytes = 0
}

/**
 * What aedes wants of a persistence, in bounded memory: sessions end with the process, as clients of a broker that was
 * reinstalled have to expect; only retained messages outlive it.
 */
export class Sessions {
  readonly #retainedFor: (filters: readonly string[]) => Readable
  readonly #sessions = new Map<string, Session>()
  readonly #tree = new TopicTree<Subscription>()
  readonly #wills = new Map<string, AedesPublishPacket>()
  #bytes = 0
  /** In the filters of all sessions. */
  #levels = 0
  #brokerId = ''

  /** @param retainedFor gives the retained messages for who has just subscribed to those filters */
  constructor(retainedFor: (filters: readonly string[]) => Readable) {
    this.#retainedFor = retainedFor
  }

  async setup({ id }: { id: string }): Promise<void> {
    this.#brokerId = id
  }

  /** Kept already, before the message was acknowledged: see `BrokerInput`. */
  async storeRetained(): Promise<void> {}

  createRetainedStreamCombi(filters: readonly string[]): Readable {
    return this.#retainedFor(filters)
  }

  /**
   * Keeps a filter that was granted. Not left to `addSubscriptions`, which aedes gives all of a SUBSCRIBE once for each of it that
   * was granted: refused ones would be kept, and a thousand of them be a million.
   */
  keepSubscription(client: SessionOf, subscription: Subscription): void {
    const { topic, qos } = subscription
    const { filters } = this.#open(client.id)
    if (!filters.has(topic)) this.#levels += levelsOf(topic)
    filters.set(topic, subscription)
    // At QoS 0 nothing is queued for who is away.
    if (qos > 0) this.#tree.set(topic, client.id, subscription)
    else this.#tree.delete(topic, client.id)
    while (this.#levels > filterLevelsMax && this.#sessions.size > 1) this.#closeOldest()
  }

  /** Kept already: see `keepSubscription`. */
  async addSubscriptions(): Promise<void> {}

  async removeSubscriptions({ id }: SessionOf, filters: readonly string[]): Promise<void> {
    for (const filter of filters) {
      if (this.#sessions.get(id)?.filters.delete(filter)) this.#levels -= levelsOf(filter)
      this.#tree.delete(filter, id)
    }
  }

  async subscriptionsByClient({ id }: SessionOf): Promise<Subscription[]> {
    return [...(this.#sessions.get(id)?.filters.values() ?? [])]
  }

  async subscriptionsByTopic(topic: string): Promise<{ clientId: string; topic: string; qos: number }[]> {
    // The usual case, once a message.
    if (this.#tree.isEmpty) return []
    return Array.from(this.#tree.match(topic), ([clientId, { topic, qos }]) => ({ clientId, topic, qos }))
  }

  /** A client that connects with a clean session ends the one it had. */
  async cleanSubscriptions({ id }: SessionOf): Promise<void> {
    this.#close(id)
  }

  async outgoingEnqueue({ clientId }: { clientId: string }, packet: Outgoing): Promise<void> {
    await this.outgoingEnqueueCombi([{ clientId }], packet)
  }

  async outgoingEnqueueCombi(subscribers: readonly { clientId: string }[], packet: Outgoing): Promise<void> {
    if (subscribers.length === 0) return
    // A copy: the payload is a view of all that came in one read of the socket.
    const payload = Buffer.from(packet.payload)
    for (const { clientId } of subscribers) {
      const session = this.#sessions.get(clientId)
      if (session) this.#enqueue(session, { ...packet, payload })
    }
  }

  /** Gives a queued message its packet id, or puts a PUBREL in its place. One that had to make room is not missed. */
  async outgoingUpdate({ id }: SessionOf, packet: Outgoing): Promise<void> {
    const session = this.#sessions.get(id)
    if (!session || packet.messageId === undefined) return
    const known = session.queue.has(packet.brokerCounter)
    const counter = known ? packet.brokerCounter : session.counterById.get(packet.messageId)
    const queued = counter === undefined ? undefined : session.queue.get(counter)
    if (counter === undefined || !queued) return
    if (known) queued.messageId = packet.messageId
    else session.queue.set(counter, { ...queued, cmd: packet.cmd, messageId: packet.messageId })
    session.counterById.set(packet.messageId, counter)
  }

  async outgoingClearMessageId(
    { id }: SessionOf,
    { messageId }: { messageId?: number },
  ): Promise<Outgoing | undefined> {
    const session = this.#sessions.get(id)
    const counter = messageId === undefined ? undefined : session?.counterById.get(messageId)
    return session && counter !== undefined ? this.#dequeue(session, counter) : undefined
  }

  outgoingStream({ id }: SessionOf): Readable {
    return Readable.from([...(this.#sessions.get(id)?.queue.values() ?? [])])
  }

  async incomingStorePacket({ id }: SessionOf, { messageId }: { messageId: number }): Promise<void> {
    this.#open(id).incoming.add(messageId)
  }

  /** Rejects, as aedes wants it, for a message that is not known; of one that is, nobody needs more than that. */
  async incomingGetPacket({ id }: SessionOf, packet: { messageId: number }): Promise<object> {
    if (this.#sessions.get(id)?.incoming.has(packet.messageId)) return packet
    throw new Error('no such packet')
  }

  async incomingDelPacket({ id }: SessionOf, { messageId }: { messageId: number }): Promise<void> {
    this.#sessions.get(id)?.incoming.delete(messageId)
  }

  async cleanIncoming({ id }: SessionOf): Promise<void> {
    const session = this.#sessions.get(id)
    session?.incoming.clear()
    if (session?.filters.size === 0 && session.queue.size === 0) this.#sessions.delete(id)
  }

  /** Wills live as long as their connections, so they need no bound of their own. */
  async putWill({ id }: SessionOf, packet: AedesPublishPacket): Promise<void> {
    this.#wills.set(id, Object.assign(packet, { brokerId: this.#brokerId, clientId: id }))
  }

  async delWill({ id }: SessionOf): Promise<AedesPublishPacket | undefined> {
    const will = this.#wills.get(id)
    this.#wills.delete(id)
    return will
  }

  /** Wills of other brokers of a cluster; there are none. */
  streamWill(): Readable {
    return Readable.from([])
  }

  #open(id: string): Session {
    const session = this.#sessions.get(id) ?? new Session()
    // To the end of the order: used last.
    this.#sessions.delete(id)
    this.#sessions.set(id, session)
    if (this.#sessions.size > sessionsMax) this.#closeOldest()
    return session
  }

  /** That unused for longest. */
  #closeOldest(): void {
    this.#close(this.#sessions.keys().next().value!)
  }

  #close(id: string): void {
    const session = this.#sessions.get(id)
    if (!session) return
    for (const filter of session.filters.keys()) {
      this.#tree.delete(filter, id)
      this.#levels -= levelsOf(filter)
    }
    this.#bytes -= session.bytes
    this.#sessions.delete(id)
  }

  #enqueue(session: Session, packet: Outgoing): void {
    const bytes = sizeOf(packet)
    for (const counter of session.queue.keys()) {
      const full = session.queue.size >= queuedMax || session.bytes + bytes > queuedBytesMax
      if (!full && this.#bytes + bytes <= allQueuedBytesMax) break
      this.#dequeue(session, counter)
    }
    if (this.#bytes + bytes > allQueuedBytesMax) return
    session.queue.set(packet.brokerCounter, packet)
    session.bytes += bytes
    this.#bytes += bytes
  }

  #dequeue(session: Session, counter: number): Outgoing | undefined {
    const packet = session.queue.get(counter)
    if (!packet) return undefined
    session.queue.delete(counter)
    if (packet.messageId !== undefined) session.counterById.delete(packet.messageId)
    session.bytes -= sizeOf(packet)
    this.#bytes -= sizeOf(packet)
    return packet
  }
}

function sizeOf({ topic, payload }: Outgoing): number {
  return topic.length + payload.length
}
