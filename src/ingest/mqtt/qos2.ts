import type { IPublishPacket, IStore } from 'mqtt'

/**
 * A store for MQTT.js that hands a QoS 2 message over when it arrives, not when PUBREL completes its handshake: after
 * PUBREC the broker forgets it, and MQTT.js would keep the only copy in memory. We subscribe at QoS 1; messages come at
 * QoS 2 only in a session that another program had begun under our client id.
 */
export function handOverAtPublish(take: (packet: IPublishPacket, next: () => void) => void): IStore {
  const store: IStore = {
    put(packet, done) {
      take(packet as IPublishPacket, () => done())
      return store
    },
    /** Known or not, PUBREL is answered with PUBCOMP; with QoS 2 the packet tells `handleMessage` that it was taken. */
    get({ messageId }, done) {
      const taken = { cmd: 'publish', topic: '', payload: '', qos: 2, dup: false, retain: false } as const
      done(undefined, { ...taken, ...(messageId !== undefined && { messageId }) })
      return store
    },
    del(_packet, done) {
      done()
      return store
    },
    createStream(): never {
      throw new Error('only outgoing messages are read back')
    },
    close: (done) => done(),
  }
  return store
}
