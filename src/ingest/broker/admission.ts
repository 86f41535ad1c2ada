import { PacketWalker, packetType } from '../mqtt/packets.ts'

/**
 * A CONNECT with client id, will, user and password is a few hundred bytes, and before it we do not know who is there. A
 * SUBSCRIBE with as many filters as a client may have is as long; one as long as a message may be would name 250,000.
 */
const controlBytesMax = 64 * 1024

/** Topic name and packet id stand before a payload (MQTT 3.1.1 §3.3.2); the length of a topic is 16 bits wide. */
const publishHeadBytes = 2 + 65_535 + 2

/** In answer to MQTT 5, as its clients understand it: reason 0x84, no properties (MQTT 5 §3.2.2.2). */
const refusalV5 = Buffer.from([0x20, 3, 0, 0x84, 0])

/** In answer to any other version: return code 1 (MQTT 3.1.1 §3.2.2.3). */
const refusal = Buffer.from([0x20, 2, 0, 1])

/** To a client without a name: return code 2. */
const refusedId = Buffer.from([0x20, 2, 0, 2])

/**
 * Looks at what a client sends before any of it is kept: a stream that does not begin with CONNECT, a packet larger than
 * a message may be (already at its fixed header, however much it promises), a CONNECT that has to be refused.
 *
 * @param refuse sends the CONNACK that says so and closes; nothing more goes on then
 * @returns a function for the chunks of the stream in turn; it throws an error for the log when the client has to go
 */
export function admission(
  messageBytesMax: number,
  refuse: (connack: Buffer) => void,
): (chunk: Buffer) => Buffer | undefined {
  const walker = new PacketWalker()
  let first: Buffer | undefined = Buffer.alloc(0)
  let refused = false

  return (chunk) => {
    if (refused) return undefined
    for (let at = 0; at < chunk.length; ) {
      at = walker.step(chunk, at)
      const max = walker.type === packetType.publish ? messageBytesMax + publishHeadBytes : controlBytesMax
      if (first && walker.type !== packetType.connect) throw new Error('it does not begin with CONNECT: no MQTT client')
      if (walker.headerBytes > 0 && walker.length > max)
        throw new Error(`it sends a packet of ${walker.length} bytes, ${max} are allowed`)
      // What follows in the same chunk is judged as what follows.
      if (first && walker.ended) {
        const connack = refusalOf(Buffer.concat([first, chunk.subarray(0, at)]), walker.headerBytes)
        if (!connack) {
          chunk = first.length > 0 ? Buffer.concat([first, chunk]) : chunk
          at += first.length
          first = undefined
          continue
        }
        refused = true
        refuse(connack)
        return undefined
      }
    }
    if (!first) return chunk
    first = Buffer.concat([first, chunk])
    return undefined
  }
}

/** The CONNACK that refuses a CONNECT, whoever it comes from (MQTT 3.1.1 §3.1.2); undefined for one that may go on. */
function refusalOf(connect: Buffer, headerBytes: number): Buffer | undefined {
  const nameBytes = connect.length >= headerBytes + 2 ? connect.readUInt16BE(headerBytes) : 0
  const name = connect.toString('latin1', headerBytes + 2, headerBytes + 2 + nameBytes)
  if (name !== 'MQTT' && name !== 'MQIsdp') throw new Error('its CONNECT does not name MQTT')
  const at = headerBytes + 2 + nameBytes
  // Bridges set the highest bit.
  const version = (connect[at] ?? 0) & 0x7f
  if (version === 5) return refusalV5
  if (version !== 3 && version !== 4) return refusal
  // Nobody could come back to a session that is to be kept without a name (§3.1.3.1); flags, keep alive and then its length.
  const isKept = ((connect[at + 1] ?? 0) & cleanSession) === 0
  const isNamed = connect.length < at + 6 || connect.readUInt16BE(at + 4) > 0
  return isKept && !isNamed ? refusedId : undefined
}

/** Among the flags of a CONNECT (§3.1.2.4). */
const cleanSession = 0x02
