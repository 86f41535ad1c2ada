import { setTimeout as sleep } from 'node:timers/promises'
import { startChild, tell } from './child.ts'
import type { ClientOrder, ClientReport } from './fanout-clients.ts'
import type { ServerOrder } from './fanout-server.ts'
import type { Row } from './row.ts'

const clients = 1000
const perSecond = 200
const runMs = 4000

/**
 * CPU of the server for each reading handed to each of 1,000 streams: plain, compressed once for all, and (what it would
 * cost otherwise) compressed for every connection by itself.
 */
export async function measure(): Promise<Row[]> {
  const plain = await cost('identity', 'append')
  const shared = await cost('gzip', 'append')
  const each = await cost('gzip', 'deflate')
  return [
    {
      name: `CPU a reading and stream, ${clients} gzip streams`,
      figure: `${shared.micros.toFixed(2)} µs, ${shared.bytes.toFixed(0)} bytes`,
      limit: `${plain.micros.toFixed(2)} µs, ${plain.bytes.toFixed(0)} bytes plain; ${each.micros.toFixed(2)} µs one deflate each`,
      ratio: shared.micros / plain.micros,
      target: '<= 1.25 of plain, below one deflate each',
      reached: shared.micros <= plain.micros * 1.25 && shared.micros < each.micros,
    },
  ]
}

/** Each in processes of its own, so that none pays for what another left behind. */
async function cost(encoding: string, kind: 'append' | 'deflate'): Promise<{ micros: number; bytes: number }> {
  const server = startChild('fanout-server')
  const audience = startChild('fanout-clients')
  try {
    const ports = (await tell(server, { do: 'serve' })) as { port: number; deflatePort: number }
    const port = kind === 'append' ? ports.port : ports.deflatePort
    const request = `GET /api/stream HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: ${encoding}\r\n\r\n`
    await tell(audience, { port, count: clients, request } satisfies ClientOrder)
    // Once before it counts: code is compiled and connections have their memory.
    await tell(server, { do: kind, perSecond, ms: 1000 } satisfies ServerOrder)
    await sleep(500)
    await tell(audience, 'report')
    const before = (await tell(server, { do: 'cpu' })) as number
    const readings = (await tell(server, { do: kind, perSecond, ms: runMs } satisfies ServerOrder)) as number
    await sleep(500)
    const after = (await tell(server, { do: 'cpu' })) as number
    const { bytes } = (await tell(audience, 'report')) as ClientReport
    return { micros: (after - before) / readings / clients, bytes: bytes / readings / clients }
  } finally {
    server.disconnect()
    audience.kill()
  }
}
