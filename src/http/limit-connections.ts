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
