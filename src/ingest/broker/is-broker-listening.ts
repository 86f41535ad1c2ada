import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { packetType } from '../mqtt/packets.ts'

/**
 * Whether an MQTT broker answers on an address: it accepts the connection and answers CONNECT with CONNACK, be it a
 * refusal. An open port alone may be anything. False after `timeoutMs` without an answer.
 */
export function isBrokerListening(host: string, port: number, timeoutMs = 2000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const settle = (answer: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(settle, timeoutMs, false)
    socket.on('connect', () => socket.write(connectPacket(`rivulet-probe-${randomBytes(4).toString('hex')}`)))
    // CONNACK of MQTT 3.1.1 (§3.2); a server that greets in text does not begin like this.
    socket.on('data', (answer) => settle(answer[0] === packetType.connack << 4 && answer[1] === 2))
    socket.on('error', () => settle(false))
    socket.on('close', () => settle(false))
  })
}

/** CONNECT of MQTT 3.1.1 (§3.1): clean session, 10 s keep-alive, no user. */
function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId)
  const header = [0, 4, ...Buffer.from('MQTT'), 4, 0b10, 0, 10, 0, id.length]
  return Buffer.from([packetType.connect << 4, header.length + id.length, ...header, ...id])
}
