import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { startGateway } from '../setup/gateway.ts'
import { startChild, tell, thousands } from './child.ts'
import type { ClientOrder, ClientReport } from './fanout-clients.ts'
import type { ServerOrder } from './fanout-server.ts'
import { readGauges } from './gauges.ts'
import type { Row } from './row.ts'

const streams = 5000
const slow = 50
/** Readings that the slow ones are behind: 15 MB each, more than the system buffers. */
const backlog = 100_000
const perSecond = 10
const runMs = 5000

/** Thousands of streams: slow ones among them, and input beside them. */
export async function measure(): Promise<Row[]> {
  return [...(await amongSlowOnes()), await inputBeside()]
}

async function amongSlowOnes(): Promise<Row[]> {
  const server = startChild('fanout-server', ['--expose-gc'])
  const [crowd, stuck] = [startChild('fanout-clients'), startChild('fanout-clients')]
  const ask = (order: ServerOrder) => tell(server, order)
  try {
    const { port } = (await ask({ do: 'serve' })) as { port: number }
    await ask({ do: 'append', perSecond: backlog, ms: 1000 })
    await tell(crowd, { port, count: streams - slow, request: request('') } satisfies ClientOrder)
    const before = (await ask({ do: 'memory' })) as number
    await tell(stuck, { port, count: slow, request: request('?after=0'), paused: true } satisfies ClientOrder)
    await sleep(2000)
    await tell(crowd, 'report')
    await ask({ do: 'append', perSecond, ms: runMs })
    const { latencies } = (await tell(crowd, 'report')) as ClientReport
    const grown = (((await ask({ do: 'memory' })) as number) - before) / slow
    const spread = [...latencies].sort((a, b) => a - b)
    const p99 = spread[Math.floor(spread.length * 0.99)] ?? Number.NaN
    const got = await readAll(stuck)
    return [
      {
        name: `${thousands(streams)} streams, ${slow} of which do not read: latency of the others`,
        figure: `p99 ${p99.toFixed(0)} ms at ${perSecond} readings/s`,
        target: '< 150 ms',
        reached: p99 < 150,
      },
      {
        name: 'memory of one that does not read',
        figure: `${Math.round(grown / 1024)} KB, and ${thousands(got / slow / 1e6)} MB when it reads again`,
        target: '< 256 KB, and all of it',
        reached: grown < 256 * 1024 && got / slow > backlog * 140,
      },
    ]
  } finally {
    server.disconnect()
    crowd.kill()
    stuck.kill()
  }
}

/** Bytes that paused clients get once they read, until nothing more comes. */
async function readAll(stuck: ReturnType<typeof startChild>): Promise<number> {
  stuck.send('resume')
  let got = 0
  for (;;) {
    await sleep(500)
    const { bytes } = (await tell(stuck, 'report')) as ClientReport
    got += bytes
    if (bytes === 0) return got
  }
}

/** Readings a second from one MQTT sender, with nobody listening and with 5,000 streams of everything. */
async function inputBeside(): Promise<Row> {
  const gateway = await startGateway()
  const audience = startChild('fanout-clients')
  const sender = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  /** While it sends as fast as it is acknowledged. */
  const rate = async () => {
    let sending = true
    const send = async (lane: number) => {
      for (let i = 0; sending; i++)
        await sender.publishAsync(`sensors/lane${lane}`, `{"temperature":${(i % 300) / 10}}`, { qos: 1 })
    }
    const lanes = Array.from({ length: 200 }, (_, lane) => send(lane))
    await sleep(1000)
    const begun = performance.now()
    const before = (await readGauges(gateway.url)).get('rivulet_log_head')!
    await sleep(runMs)
    const after = (await readGauges(gateway.url)).get('rivulet_log_head')!
    const perSecond = ((after - before) * 1000) / (performance.now() - begun)
    sending = false
    await Promise.all(lanes)
    return perSecond
  }
  try {
    const alone = await rate()
    const { port } = new URL(gateway.url)
    await tell(audience, { port: Number(port), count: streams, request: request('') } satisfies ClientOrder)
    const beside = await rate()
    return {
      name: `MQTT input beside ${thousands(streams)} streams of everything`,
      figure: `${thousands(beside)} readings/s`,
      limit: `${thousands(alone)} with none`,
      ratio: beside / alone,
      target: '>= 0.8',
      reached: beside / alone >= 0.8,
    }
  } finally {
    audience.kill()
    await sender.endAsync()
    await gateway.stop()
  }
}

function request(query: string): string {
  return `GET /api/stream${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`
}
