import { request } from 'node:http'
import { Readable } from 'node:stream'

/**
 * A `fetch` that reaches a gateway through its Unix socket (`data/rivulet.sock`), for programs on the same machine:
 * whoever may open the socket needs no token. Node only. Understands what this client sends, not all that fetch can.
 */
export function socketFetch(socketPath: string): typeof fetch {
  return (input, init = {}) => {
    const { pathname, search } = new URL(String(input))
    return new Promise((resolve, reject) => {
      const outgoing = request({
        socketPath,
        path: pathname + search,
        method: init.method ?? 'GET',
        headers: { host: 'localhost', ...(init.headers as Record<string, string>) },
        ...(init.signal && { signal: init.signal }),
      })
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        const status = incoming.statusCode ?? 500
        const empty = status === 204 || status === 304
        if (empty) incoming.resume()
        const body = empty ? null : (Readable.toWeb(incoming) as ReadableStream)
        const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)])
        resolve(new Response(body, { status, headers }))
      })
      outgoing.end(init.body as string | undefined)
    })
  }
}
