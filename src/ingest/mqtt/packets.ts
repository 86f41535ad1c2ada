/** MQTT control packet types (MQTT 3.1.1 §2.2.1), the upper half of a packet's first byte. */
export const packetType = { connect: 1, connack: 2, publish: 3, puback: 4, pubrec: 5, pubrel: 6, pubcomp: 7 } as const

/**
 * Walks a byte stream packet by packet, however it is cut into chunks. It reads nothing but the fixed header (MQTT 3.1.1
 * §2.2): whoever looks for packets by their bytes instead takes a PUBACK of id 49152, which ends in `c0 00`, for a PINGREQ.
 */
export class PacketWalker {
  /** Type of the packet that the bytes last passed belong to. */
  type = 0
  /** Lower half of its first byte: for PUBLISH dup, QoS and retain. */
  flags = 0
  /** Its remaining length; complete once `headerBytes` is. */
  length = 0
  /** Whether those bytes were its last ones. */
  ended = true
  /** Bytes of the fixed header, 0 while it is not complete. */
  headerBytes = 0
  #seen = 0
  #left = 0

  /**
   * Passes the bytes from `at` that belong to one packet, and returns where they end in this chunk.
   * Throws RangeError for a remaining length of more than four bytes (MQTT 3.1.1 §2.2.3): the stream is not MQTT.
   */
  step(chunk: Uint8Array, at: number): number {
    if (this.ended) {
      const first = chunk[at++]!
      this.type = first >> 4
      this.flags = first & 15
      this.length = 0
      this.headerBytes = 0
      this.ended = false
      this.#seen = 1
    }
    while (this.headerBytes === 0) {
      if (at === chunk.length) return at
      if (this.#seen === 5) throw new RangeError('malformed remaining length')
      const digit = chunk[at++]!
      this.length += (digit & 127) << (7 * (this.#seen - 1))
      this.#seen++
      if (digit >= 128) continue
      this.headerBytes = this.#seen
      this.#left = this.length
    }
    const passed = Math.min(this.#left, chunk.length - at)
    this.#left -= passed
    this.ended = this.#left === 0
    return at + passed
  }
}
