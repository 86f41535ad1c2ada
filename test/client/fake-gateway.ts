import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server that answers as a test says, and remembers what it was asked. */
export interface FakeGateway {
  readonly url: string
  readonly requests: readonly IncomingMessage[]
  /** Requests whose client is still there. */
  readonly open: number
  close(): Promise<void>
}

export type Answer = (response: ServerResponse, request: IncomingMessage, attempt: number) => void

/** @param listen a port of the system's choice on loopback, or the path of a socket */
export async function startFakeGateway(answer: Answer, listen: number | string = 0): Promise<FakeGateway> {
  const requests: IncomingMessage[] = []
  let open = 0
  const server = createServer((request, response) => {
    requests.push(request)
    open += 1
    response.on('close', () => {
      open -= 1
    })
    answer(response, request, requests.length)
  })
  await new Promise<void>((resolve) => {
    if (typeof listen === 'string') server.listen(listen, resolve)
    else server.listen(listen, '127.0.0.1', resolve)
  })
  return {
    url: typeof listen === 'string' ? 'http://localhost' : `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    get open() {
      return open
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function beginStream(response: ServerResponse, retryMs = 1): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(`retry: ${retryMs}\n\n`)
}

export function cursor(seq: number, run = 'run'): string {
  return `event: cursor\nid: ${run}.${seq}\ndata: {"head":${seq}}\n\n`
}

export function reading(seq: number, run = 'run', value: number | string = seq): string {
  const data = { seq, device: 'a:b', metric: 'temperature', value, unit: 'Cel', time: '2026-01-01T00:00:00.000Z' }
  return `id: ${run}.${seq}\ndata: ${JSON.stringify(data)}\n\n`
}

export function gap(from: number, to: number, reason: string, run = 'run'): string {
  return `event: gap\nid: ${run}.${to}\ndata: ${JSON.stringify({ from, to, reason })}\n\n`
}
