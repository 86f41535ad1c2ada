import { PacketWalker, packetType } from './packets.ts'

/** Topic name and packet id stand before a payload (MQTT 3.1.1 §3.3.2); the length of a topic is 16 bits wide. */
const publishHeadBytes = 2 + 65_535 + 2

/**
 * Takes messages of more than `messageBytesMax` out of what a broker sends, byte by byte as they come, so that one huge
 * message costs no memory. It is acknowledged all the same: a broker would send it again for ever and nothing else after it.
 *
 * @param oversized told the topic and the size of each such message
 * @param acknowledge takes the packet that acknowledges it
 * @returns a function that is given the chunks of the stream in turn and returns what is left of each
 */
export function limitPublishes(
  messageBytesMax: number,
  oversized: (topic: string, bytes: number) => void,
  acknowledge: (packet: Buffer) => void,
): (chunk: Buffer) => Buffer | undefined {
  const lengthMax = messageBytesMax + publishHeadBytes
  const walker = new PacketWalker()
  /** The beginning of a fixed header at the end of the last chunk: not passed on before its length is known. */
  let split: Buffer | undefined
  let head: Buffer | undefined

  return (chunk) => {
    const bytes = split ? Buffer.concat([split, chunk]) : chunk
    const passing: Buffer[] = []
    let passFrom = 0
    split = undefined
    for (let at = 0; at < bytes.length; ) {
      const from = at
      const begins = walker.ended
      at = walker.step(bytes, from)
      if (walker.headerBytes === 0) {
        split = Buffer.from(bytes.subarray(from))
        walker.ended = true
        if (passFrom < from) passing.push(bytes.subarray(passFrom, from))
        passFrom = at
      } else if (walker.length > lengthMax) {
        if (passFrom < from) passing.push(bytes.subarray(passFrom, from))
        passFrom = at
        const part = bytes.subarray(begins ? from + walker.headerBytes : from, at)
        head = Buffer.concat([head ?? Buffer.alloc(0), part.subarray(0, publishHeadBytes - (head?.length ?? 0))])
        if (!walker.ended) continue
        if (walker.type === packetType.publish) settle(head, walker.flags, walker.length)
        head = undefined
      }
    }
    if (passFrom === 0) return bytes
    if (passFrom < bytes.length) passing.push(bytes.subarray(passFrom))
    return passing.length > 0 ? Buffer.concat(passing) : undefined
  }

  function settle(head: Buffer, flags: number, bytes: number): void {
    const topicEnd = 2 + head.readUInt16BE(0)
    oversized(head.toString('utf8', 2, topicEnd), bytes)
    const qos = (flags >> 1) & 3
    const type = qos === 1 ? packetType.puback : packetType.pubrec
    if (qos > 0) acknowledge(Buffer.from([type << 4, 2, head[topicEnd]!, head[topicEnd + 1]!]))
  }
}
