import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Millis } from '../reading.ts'

/** How long requests that have begun may take once the server closes. */
const closingMs: Millis = 5000

/**
 * Gives the server a way to close that answers what has begun and waits for nothing else. Node's own closes
 * connections between two requests, but waits for those that never had one, which browsers open in advance.
 */
export function closer(server: Server): () => Promise<void> {
  const unused = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    unused.add(socket)
    socket.once('close', () => unused.delete(socket))
  })
  server.on('request', ({ socket }) => unused.delete(socket))
  return () =>
    new Promise((resolve) => {
      const impatient = setTimeout(() => server.closeAllConnections(), closingMs)
      server.close(() => {
        clearTimeout(impatient)
        resolve()
      })
      server.closeIdleConnections()
      for (const socket of unused) socket.destroy()
    })
}
