import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Http2SecureServer, ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { Millis } from '../reading.ts'

/** How long requests that have begun may take once the server closes. */
const closingMs: Millis = 5000

/**
 * Gives the server a way to close that answers what has begun and waits for nothing else. Node's own waits for
 * connections that never had a request, which browsers open in advance, and for idle sessions of HTTP/2.
 */
export function closer(server: Server | Http2SecureServer): () => Promise<void> {
  /** By who is at the other end: of a connection with TLS both halves are seen, and only this tells that they are one. */
  const open = new Map<string, Socket>()
  const busy = new Map<string, number>()
  const sessions = new Set<ServerHttp2Session>()
  let closing = false
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket)
    open.set(peer, socket)
    socket.once('close', () => {
      open.delete(peer)
      // Requests that waited for their turn never get an answer that could end.
      busy.delete(peer)
    })
  })
  server.on('secureConnection', (socket: Socket) => open.set(peerOf(socket), socket))
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.on('request', ({ socket, httpVersionMajor }: IncomingMessage, res: ServerResponse) => {
    const peer = peerOf(socket)
    busy.set(peer, (busy.get(peer) ?? 0) + 1)
    res.once('close', () => {
      const left = (busy.get(peer) ?? 1) - 1
      if (left > 0) busy.set(peer, left)
      else busy.delete(peer)
      if (closing && left === 0 && httpVersionMajor < 2) open.get(peer)?.end()
    })
  })
  return () =>
    new Promise((resolve) => {
      closing = true
      const impatient = setTimeout(() => {
        for (const socket of open.values()) socket.destroy()
      }, closingMs)
      server.close(() => {
        clearTimeout(impatient)
        resolve()
      })
      for (const session of sessions) session.close()
      for (const [peer, socket] of open) if (!busy.has(peer)) socket.destroy()
    })
}

let nameless = 0
const names = new WeakMap<object, string>()

/** Those of a socket file have no address, and are no two halves. */
function peerOf(socket: Socket): string {
  const known = names.get(socket)
  if (known !== undefined) return known
  const { remoteAddress, remotePort } = socket
  const name = remotePort === undefined ? `#${++nameless}` : `${remoteAddress} ${remotePort}`
  names.set(socket, name)
  return name
}
