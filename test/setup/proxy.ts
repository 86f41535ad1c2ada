import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Up is towards the port that the cable leads to. */
export type Direction = 'up' | 'down' | 'both'

/** A piece of network that can be cut: passes bytes to a port until it is told not to. */
export interface Cable {
  readonly port: number
  /** Breaks every connection, as a pulled cable with a reset does. */
  cut(): void
  /** Breaks every connection, and each new one, until `restore`. */
  unplug(): void
  /** Passes nothing and closes nothing until `restore`, as when a switch in between has lost its power. */
  silence(direction?: Direction): void
  /** Passes everything again, first what was sent meanwhile. */
  restore(): void
  close(): Promise<void>
}

interface Link {
  readonly socket: Socket
  readonly upstream: Socket
  isLet: boolean
}

/** `refuses` sees the first bytes of each connection and may have it closed without an answer. */
export async function startProxy(target: number, refuses: (first: Buffer) => boolean = () => false): Promise<Cable> {
  const links = new Set<Link>()
  const silent = { up: false, down: false }
  let isUnplugged = false

  const pass = (from: Socket, to: Socket, isOpen: boolean) => {
    from.unpipe(to)
    if (isOpen) from.pipe(to)
    else from.pause()
  }
  const apply = ({ socket, upstream, isLet }: Link) => {
    pass(socket, upstream, isLet && !silent.up)
    pass(upstream, socket, !silent.down)
  }
  const server = createServer((socket) => {
    socket.on('error', () => {})
    if (isUnplugged) return socket.resetAndDestroy()
    const link: Link = { socket, upstream: connect(target, '127.0.0.1'), isLet: false }
    links.add(link)
    link.upstream.on('error', () => {})
    for (const end of [socket, link.upstream])
      end.on('close', () => {
        links.delete(link)
        socket.destroy()
        link.upstream.destroy()
      })
    socket.once('data', (first) => {
      if (refuses(first)) return socket.destroy()
      socket.pause().unshift(first)
      link.isLet = true
      return apply(link)
    })
    return undefined
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const { socket, upstream } of [...links]) {
      socket.resetAndDestroy()
      upstream.resetAndDestroy()
    }
  }
  const set = (up: boolean, down: boolean) => {
    Object.assign(silent, { up, down })
    for (const link of links) apply(link)
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    unplug() {
      isUnplugged = true
      cut()
    },
    silence: (direction = 'both') => set(direction !== 'down', direction !== 'up'),
    restore() {
      isUnplugged = false
      set(false, false)
    },
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
