import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Pace, pace } from './pace.ts'
import type { RetainedMessages } from './retained-messages.ts'

/** What a look at one of the kept messages costs beside sending it. */
const lookCost = 0.01

interface Delivery {
  readonly pace: Pace
  /** Filters whose messages are still to be sent. */
  readonly waiting: Set<string>
  underWay: boolean
}

/**
 * Sends retained messages to those who subscribe (MQTT 3.1.1 §3.3.1.3). A client that subscribes to everything again and again would
 * have all of them sent for each of its few bytes: there is one pass over them at a time for each client, what it subscribes to
 * meanwhile is sent together in the next, and the next begins when the client, at its rate, could have published as many.
 */
export class RetainedDelivery<Connection extends { readonly destroyed: boolean }> {
  readonly #retained: RetainedMessages
  readonly #perSecondOf: (connection: Connection) => number
  readonly #deliveries = new WeakMap<Connection, Delivery>()
  #subscriber: Connection | undefined

  constructor(retained: RetainedMessages, perSecondOf: (connection: Connection) => number) {
    this.#retained = retained
    this.#perSecondOf = perSecondOf
  }

  /** A client has subscribed: aedes asks for `stream` next, and does not say for whom. */
  subscribed(connection: Connection): void {
    this.#subscriber = connection
  }

  unsubscribed(connection: Connection, filter: string): void {
    this.#deliveries.get(connection)?.waiting.delete(filter)
  }

  /** What goes to that client now; nothing where a stream it has already will bring it. */
  stream(filters: readonly string[]): Readable {
    const connection = this.#subscriber
    if (!connection) return Readable.from([])
    const delivery = this.#deliveryTo(connection)
    for (const filter of filters) delivery.waiting.add(filter)
    if (delivery.underWay) return Readable.from([])
    delivery.underWay = true
    return Readable.from(this.#passes(connection, delivery))
  }

  #deliveryTo(connection: Connection): Delivery {
    const known = this.#deliveries.get(connection)
    if (known) return known
    const delivery = { pace: pace(this.#perSecondOf(connection)), waiting: new Set<string>(), underWay: false }
    this.#deliveries.set(connection, delivery)
    return delivery
  }

  async *#passes(connection: Connection, delivery: Delivery) {
    const { pace, waiting } = delivery
    while (waiting.size > 0 && !connection.destroyed) {
      const restMs = pace.ahead()
      if (restMs > 0) await sleep(restMs, undefined, { ref: false })
      const filters = [...waiting]
      waiting.clear()
      pace.spend(1 + this.#retained.size * lookCost)
      for (const message of this.#retained.matching(filters)) {
        if (connection.destroyed) return
        pace.spend(1)
        yield { ...message, cmd: 'publish', retain: true }
      }
    }
    delivery.underWay = false
  }
}
