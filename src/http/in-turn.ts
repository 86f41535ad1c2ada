import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'

/** Requests that may wait on one connection. No browser and no proxy sends one ahead; programs that do send a few. */
const aheadMax = 16

/**
 * Begins with a request that was sent ahead (RFC 9112 §9.3.2) when those before it are answered. Node hands all of them out
 * at once: one connection would do the work of hundreds, and what waits behind a stream would stay open when the connection
 * is long gone, since a response tells of its end only once its turn has come. Behind an answer that closes the connection,
 * as a stream does, nothing is answered any more (RFC 9112 §9.6). Whoever sends too many ahead is disconnected.
 */
export function inTurn(answer: RequestListener): RequestListener {
  const ahead = new WeakMap<Socket, number>()
  return (req, res) => {
    const { socket } = req
    // A response gets its connection when its turn comes, and says so.
    if (res.socket !== null) return answer(req, res)
    const waiting = (ahead.get(socket) ?? 0) + 1
    if (waiting > aheadMax) return void socket.destroy()
    ahead.set(socket, waiting)
    res.once('socket', () => {
      ahead.set(socket, ahead.get(socket)! - 1)
      answer(req, res)
    })
  }
}
