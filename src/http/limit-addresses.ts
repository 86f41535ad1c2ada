import type { Server } from 'node:net'
import { AddressCount } from '../address-count.ts'
import type { Logger } from './logger.ts'

/** Turns away connections beyond `max` from one address, so that one machine cannot take all that there are. */
export function limitAddresses(server: Server, max: number, logger: Logger): void {
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
