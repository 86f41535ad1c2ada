import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { AddressCount } from '../../address-count.ts'
import { GatewayError } from '../../errors.ts'

/** In PEM. */
export interface Certificate {
  readonly cert: Buffer
  readonly key: Buffer
}

export interface ListenerOptions {
  /** With one, TLS and nothing else is spoken. */
  readonly certificate?: Certificate | undefined
  readonly connectionsPerAddressMax: number
  /** A handshake that takes longer is broken off. */
  readonly handshakeMs: number
  readonly report: (line: string) => void
}

/** A server whose connections are counted by address before anything is spent on them, such as a handshake. */
export function createListener(
  { certificate, connectionsPerAddressMax: max, handshakeMs, report }: ListenerOptions,
  accept: (socket: Socket, address: string) => void,
): Server {
  const addresses = new AddressCount(max)
  const isCounted = (socket: Socket): boolean => {
    const address = addressOf(socket)
    if (addresses.add(address)) {
      socket.once('close', () => addresses.remove(address))
      return true
    }
    report(`${address} has ${max} connections already: one more turned away`)
    socket.destroy()
    return false
  }
  const tcp = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
  if (!certificate) return createServer(tcp, (socket) => isCounted(socket) && accept(socket, addressOf(socket)))
  const server = createTlsServer({ ...tcp, ...certificate, handshakeTimeout: handshakeMs }, (socket) =>
    accept(socket, addressOf(socket)),
  )
  server.on('connection', isCounted)
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    // Who left in the middle of the handshake is not worth a line.
    if (error.code !== 'ECONNRESET') report(`${addressOf(socket)} cannot agree on TLS: ${error.message}`)
  })
  return server
}

function addressOf({ remoteAddress = '' }: Socket): string {
  return remoteAddress
}

/** Why listening failed, and what to do about it. */
export function explainListen(error: NodeJS.ErrnoException, at: string): GatewayError {
  if (error.code === 'EADDRINUSE')
    return new GatewayError(
      'conflict',
      `${at} is in use by another program`,
      'stop it, or choose another port with --mqtt or mqtt.listen',
    )
  const hint = error.code === 'EACCES' ? 'choose a port above 1023' : 'set mqtt.listen to an address of this machine'
  return new GatewayError('config', `cannot listen on ${at}: ${error.message}`, hint)
}
