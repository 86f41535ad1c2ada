import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A piece of network that can be cut: passes bytes to a port until it is told not to. */
export interface Cable {
  readonly port: number
  /** Breaks every connection, as a pulled cable with a reset does. */
  cut(): void
  close(): Promise<void>
}

/** `refuses` sees the first bytes of each connection and may have it closed without an answer. */
export async function startProxy(target: number, refuses: (first: Buffer) => boolean = () => false): Promise<Cable> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    const upstream = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      open.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
    socket.once('data', (first) => {
      if (refuses(first)) return socket.destroy()
      upstream.write(first)
      return socket.pipe(upstream).pipe(socket)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
