import type { EventEmitter } from 'node:events'
import { Aedes, type Client, type PublishPacket } from 'aedes'
import type { AckGate } from '../mqtt/ack-gate.ts'
import { type AccessOptions, refusalOf, shown, topicFault } from './access.ts'
import type { Clients } from './clients.ts'
import { RetainedDelivery } from './retained-delivery.ts'
import type { RetainedMessages } from './retained-messages.ts'
import { Sessions } from './sessions.ts'
import { TopicEmitter } from './topic-emitter.ts'

/** A client says CONNECT at once, or it is none. */
export const connectMs = 10_000

/** A subscriber that takes nothing for so long is let go: publishers wait for the slowest one meanwhile. */
const drainMs = 5000

/** Everything that came in one read of a socket before CONNACK waits in aedes: with two bytes a packet, half of 64 KiB. */
const queuedBeforeConnack = 32_768

export interface AedesRules extends AccessOptions {
  readonly messageBytesMax: number
  readonly clients: Clients<AckGate>
  readonly retained: RetainedMessages
  /** Messages a second of a client at that address. */
  readonly perSecondOf: (address: string) => number
  /** Told in one line why a client was let go or refused something. */
  readonly report: (line: string) => void
  /** Takes a message that may be published; with an error its sender is let go. */
  readonly take: (packet: PublishPacket, done: (error?: Error | null) => void) => void
}

/** The library that speaks MQTT with the clients, under our rules: who may connect, and what they may subscribe to and publish. */
export async function createAedes(rules: AedesRules): Promise<Aedes> {
  const { clients, retained, report, take } = rules
  const delivery = new RetainedDelivery<AckGate>(retained, (gate) => rules.perSecondOf(clients.addressOf(gate)))
  const sessions = new Sessions((filters) => delivery.stream(filters))
  const reportClient = ({ id, conn }: Client, error: Error) => {
    // A device that lost its network or its power: nothing to do about it.
    if ('syscall' in error) return
    const address = clients.addressOf(conn as AckGate)
    report(`client ${shown(id)} from ${address} was disconnected: ${error.message}`)
  }
  const aedes = new Aedes({
    persistence: sessions,
    mq: new TopicEmitter(),
    connectTimeout: connectMs,
    drainTimeout: drainMs,
    queueLimit: queuedBeforeConnack,
    authenticate: (client, user, password, done) => {
      const address = clients.addressOf(client.conn as AckGate)
      refusalOf(rules, client.id, user, password, address).then((refusal) => {
        if (!refusal && user !== undefined && rules.verify) clients.admit(client.conn as AckGate, user)
        done(refusal ?? null, !refusal)
      })
    },
    authorizeSubscribe: (client, subscription, done) => {
      const fault = clients.subscribe(client.conn as AckGate, subscription.topic)
      if (fault) {
        const at = clients.addressOf(client.conn as AckGate)
        report(`client ${shown(client.id)} from ${at} may not subscribe to ${shown(subscription.topic)}: ${fault}`)
      } else if (!client.clean) sessions.keepSubscription(client, subscription)
      // null: SUBACK says that this one failed (MQTT 3.1.1 §3.9.3).
      done(null, fault ? null : subscription)
    },
    authorizePublish: (_client, packet, done) => {
      const fault = topicFault(packet.topic)
      if (fault) done(new Error(fault))
      else if (packet.payload.length > rules.messageBytesMax)
        done(new Error(`its message on ${shown(packet.topic)} has ${packet.payload.length} bytes`))
      else take(packet, done)
    },
  })
  aedes.on('clientError', reportClient)
  aedes.on('connectionError', reportClient)
  // Its types leave this one out; without a listener it would end the process.
  ;(aedes as EventEmitter).on('error', (error: Error) => report(error.message))
  aedes.on('subscribe', (_subscriptions, { conn }) => delivery.subscribed(conn as AckGate))
  aedes.on('unsubscribe', (topics, { conn }) => {
    for (const topic of topics) {
      clients.unsubscribe(conn as AckGate, topic)
      delivery.unsubscribed(conn as AckGate, topic)
    }
  })
  await aedes.listen()
  return aedes
}
