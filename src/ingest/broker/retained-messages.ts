import { TopicTree } from './topic-tree.ts'

/** A message the broker keeps for those who subscribe later. */
export interface RetainedMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
}

/** Where retained messages survive a restart. */
export interface RetainedMessagesPort {
  load(): Iterable<RetainedMessage>
  put(message: RetainedMessage): void
  delete(topic: string): void
}

/** Enough for a house full of sensors with discovery messages, little beside a database. */
const messagesMax = 10_000
const bytesMax = 16 * 1024 * 1024

/** The embedded broker's retained messages, in memory and behind the port. */
export class RetainedMessages {
  readonly #port: RetainedMessagesPort | undefined
  readonly #messages = new Map<string, RetainedMessage>()
  #bytes = 0

  constructor(port?: RetainedMessagesPort) {
    this.#port = port
    for (const message of port?.load() ?? []) this.#set(message)
  }

  get size(): number {
    return this.#messages.size
  }

  /**
   * Keeps a message instead of the last one on its topic, or forgets that one when the payload is empty (MQTT 3.1.1
   * §3.3.1.3). False when there is no room: then the last one is forgotten too, since it is no longer true.
   */
  keep({ topic, payload, qos }: RetainedMessage): boolean {
    const before = this.#messages.get(topic)
    const room = bytesMax - this.#bytes + sizeOf(before) - topic.length - payload.length
    const fits = payload.length > 0 && room >= 0 && (before !== undefined || this.#messages.size < messagesMax)
    if (!fits) {
      if (before) this.#delete(before)
      return payload.length === 0
    }
    // A copy: the payload is a view of all that came in one read of the socket.
    const message = { topic, payload: Buffer.from(payload), qos }
    this.#set(message)
    this.#port?.put(message)
    return true
  }

  /**
   * The messages that one of the filters takes. The filters are looked at all at once, as a tree: a thousand of them one by one
   * for each of ten thousand messages took 13 s.
   */
  *matching(filters: readonly string[]): Generator<RetainedMessage> {
    const tree = new TopicTree<true>()
    for (const filter of filters) tree.set(filter, '', true)
    for (const message of this.#messages.values()) if (tree.match(message.topic).size > 0) yield message
  }

  #set(message: RetainedMessage): void {
    this.#bytes += sizeOf(message) - sizeOf(this.#messages.get(message.topic))
    this.#messages.set(message.topic, message)
  }

  #delete(message: RetainedMessage): void {
    this.#bytes -= sizeOf(message)
    this.#messages.delete(message.topic)
    this.#port?.delete(message.topic)
  }
}

function sizeOf(message: RetainedMessage | undefined): number {
  return message ? message.topic.length + message.payload.length : 0
}
