import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { AddressCount } from '../address-count.ts'
import type { Logger } from './logger.ts'

/**
 * Turns away connections beyond `perAddress` from one address, so that one machine cannot take all that there are, and
 * beyond `inAll`, so that many machines leave files for the database.
 */
export function limitConnections(
  server: Server,
  { perAddress: max, inAll }: { readonly perAddress: number; readonly inAll: number },
  logger: Logger,
): void {
  server.maxConnections = inAll
  server.on('drop', () => logger.warn({}, `more than ${inAll} connections over HTTP: some are turned away`))
  const addresses = new AddressCount(max)
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? ''
    if (!addresses.add(address)) {
      logger.warn({ address }, `${address} has ${max} connections over HTTP already: one more turned away`)
      socket.destroy()
      return
    }
    socket.once('close', () => addresses.remove(address))
  })
}

/**
 * Counts the requests of one address that are being answered: over HTTP/2 one connection carries hundreds of them, each a stream
 * or a page of readings. Tells whether one more may begin, which then counts until its answer is over.
 */
export function limitRequests(perAddress: number): (req: IncomingMessage, res: ServerResponse) => boolean {
  const addresses = new AddressCount(perAddress)
  return ({ socket }, res) => {
    const address = socket.remoteAddress ?? ''
    if (!addresses.add(address)) return false
    res.once('close', () => addresses.remove(address))
    return true
  }
}
