import { PacketWalker, packetType } from './packets.ts'

/** Topic name and packet id stand before a payload (MQTT 3.1.1 §3.3.2); the length of a topic is 16 bits wide. */
const publishHeadBytes = 2 + 65_535 + 2

/** As it arrived: the payload is a view of the socket's buffer. */
export interface Message {
  readonly topic: string
  readonly payload: Buffer
  readonly retain: boolean
  readonly dup: boolean
}

export interface MessageReaderOptions {
  readonly version: 4 | 5
  readonly messageBytesMax: number
  /** Takes a message; false leaves it unacknowledged, for the broker to send it again some other time. */
  readonly take: (message: Message) => boolean
  /** Told the topic and the size of each message of more than `messageBytesMax`. */
  readonly oversized: (topic: string, bytes: number) => void
  /** Answers the message of that packet id with a PUBACK, PUBREC or PUBCOMP, see `packetType`. */
  readonly acknowledge: (type: number, id: number) => void
}

/**
 * Takes the messages out of what a broker sends, and leaves connection, subscriptions and pings to MQTT.js: its streams and
 * objects cost several times what decoding and storing a message does, and it keeps QoS 2 messages in memory only.
 *
 * - A message of QoS 2 is handed over when it arrives, not when PUBREL completes its handshake: after PUBREC the broker
 *   forgets it. We subscribe at QoS 1; they come only in a session that another program had begun under our client id.
 * - One that is too large is dropped byte by byte as it comes, so that it costs no memory. It is acknowledged all the
 *   same: a broker would send it again for ever and nothing else after it.
 *
 * @returns a function that is given the chunks of the stream in turn and returns what is left of each; it throws for what
 *   is no MQTT
 */
export function readMessages(options: MessageReaderOptions): (chunk: Buffer) => Buffer | undefined {
  const lengthMax = options.messageBytesMax + publishHeadBytes
  const walker = new PacketWalker()
  /** The beginning of a fixed header at the end of the last chunk. */
  let split: Buffer | undefined
  /** A packet that comes in several chunks, and how much of it is there; of one that is too large only its beginning. */
  let whole: Buffer | undefined
  let gathered = 0

  return (chunk) => {
    const bytes = split ? Buffer.concat([split, chunk]) : chunk
    const passing: Buffer[] = []
    split = undefined
    for (let at = 0; at < bytes.length; ) {
      const from = at
      const begins = walker.ended
      at = walker.step(bytes, from)
      if (walker.headerBytes === 0) {
        split = Buffer.from(bytes.subarray(from))
        walker.ended = true
      } else if (begins && walker.ended) handle(bytes, from, at, passing)
      else if (gather(bytes, from, at)) {
        handle(whole!, 0, gathered, passing)
        whole = undefined
      }
    }
    return passing.length > 1 ? Buffer.concat(passing) : passing[0]
  }

  /** Whether that was the last piece. */
  function gather(bytes: Buffer, from: number, to: number): boolean {
    if (!whole) {
      whole = Buffer.allocUnsafe(walker.headerBytes + Math.min(walker.length, lengthMax))
      gathered = 0
    }
    gathered += bytes.copy(whole, gathered, from, to)
    return walker.ended
  }

  function handle(bytes: Buffer, from: number, to: number, passing: Buffer[]): void {
    const body = from + walker.headerBytes
    if (walker.type === packetType.publish) handlePublish(bytes, body, to)
    else if (walker.type === packetType.pubrel) handleRelease(bytes, body, to)
    // No broker has any other packet to send that is so large, and MQTT.js would keep it in memory.
    else if (walker.length <= lengthMax) passing.push(bytes.subarray(from, to))
  }

  /** MQTT 3.1.1 §3.3, MQTT 5 §3.3; `at` is where the variable header begins. */
  function handlePublish(bytes: Buffer, at: number, to: number): void {
    const { flags } = walker
    const qos = (flags >> 1) & 3
    const topicEnd = at + 2 + uint16(bytes, at)
    const idEnd = qos > 0 ? topicEnd + 2 : topicEnd
    const payloadAt = options.version === 5 ? afterProperties(bytes, idEnd) : idEnd
    const isTooLarge = walker.length > lengthMax
    if (qos === 3 || (!isTooLarge && payloadAt > to)) throw new Error('the broker sent a malformed PUBLISH')
    const topic = bytes.toString('utf8', at + 2, topicEnd)
    // We offer no topic alias, so there is none in its place (MQTT 5 §3.3.2.3.4).
    if (topic === '') throw new Error('the broker sent a PUBLISH without a topic')
    if (isTooLarge) options.oversized(topic, walker.length)
    else {
      const payload = bytes.subarray(payloadAt, to)
      if (!options.take({ topic, payload, retain: (flags & 1) === 1, dup: (flags & 8) === 8 })) return
    }
    if (qos > 0) options.acknowledge(qos === 1 ? packetType.puback : packetType.pubrec, uint16(bytes, topicEnd))
  }

  /** Known or not, PUBREL is answered: its message was taken before PUBREC was written. */
  function handleRelease(bytes: Buffer, at: number, to: number): void {
    if (at + 2 > to) throw new Error('the broker sent a malformed PUBREL')
    options.acknowledge(packetType.pubcomp, uint16(bytes, at))
  }
}

/** Zero beyond the end of `bytes`: whoever reads there finds out by where it ends. */
function uint16(bytes: Buffer, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!
}

/** Where the properties end whose length stands at `at`: a variable byte integer of at most four (MQTT 5 §1.5.5). */
function afterProperties(bytes: Buffer, at: number): number {
  let length = 0
  for (let i = 0; i < 4; i++) {
    const digit = bytes[at + i]!
    length += (digit & 127) << (7 * i)
    if (digit < 128) return at + i + 1 + length
  }
  return Number.POSITIVE_INFINITY
}
