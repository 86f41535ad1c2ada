import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
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
/** Devices, each with one message on its way. */
const lanes = 200

/** Thousands of streams: slow ones among them, and input beside them. */
export async function measure(): Promise<Row[]> {
  return [...(await amongSlowOnes()), ...(await inputBeside())]
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

/**
 * What one MQTT sender is left with, beside streams of one device each and beside streams of everything. The sender and
 * 5,000 clients that read run on the same cores as the gateway, and take from it what a sensor and browsers elsewhere
 * would not. So each figure says how busy the gateway's main thread was: where that is far below 100 %, and input slower
 * than alone, it was the cores that were short, not the thread's time.
 */
async function inputBeside(): Promise<Row[]> {
  const gateway = await startGateway()
  const sender = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  try {
    const alone = await inputRate(sender, gateway)
    const ofOne = await beside(gateway, sender, (lane) => request(`?device=mqtt:lane${lane}`))
    const ofAll = await beside(gateway, sender, () => request(''))
    return [rowOf('one device each', alone, ofOne), rowOf('everything', alone, ofAll)]
  } finally {
    await sender.endAsync()
    await gateway.stop()
  }
}

/** The same while streams of equally many of each request are open. */
async function beside(gateway: GatewayProcess, sender: mqtt.MqttClient, requestOf: (lane: number) => string) {
  const audience = startChild('fanout-clients')
  try {
    const port = Number(new URL(gateway.url).port)
    for (let lane = 0; lane < lanes; lane++)
      await tell(audience, { port, count: streams / lanes, request: requestOf(lane) } satisfies ClientOrder)
    return await inputRate(sender, gateway)
  } finally {
    audience.kill()
  }
}

interface Input {
  readonly perSecond: number
  /** Share of the time that the gateway's main thread was running. */
  readonly threadBusy: number
}

/** While a device in each lane sends as fast as it is acknowledged. */
async function inputRate(sender: mqtt.MqttClient, { url, pid }: GatewayProcess): Promise<Input> {
  let sending = true
  const send = async (lane: number) => {
    for (let i = 0; sending; i++)
      await sender.publishAsync(`sensors/lane${lane}`, `{"temperature":${(i % 300) / 10}}`, { qos: 1 })
  }
  const ended = Promise.all(Array.from({ length: lanes }, (_, lane) => send(lane)))
  await sleep(1000)
  const taken = async () => [performance.now(), (await readGauges(url)).get('rivulet_log_head')!, mainThreadMs(pid())]
  const before = await taken()
  await sleep(runMs)
  const [ms, readings, threadMs] = (await taken()).map((value, index) => value - before[index]!)
  sending = false
  await ended
  return { perSecond: (readings! * 1000) / ms!, threadBusy: threadMs! / ms! }
}

function rowOf(choice: string, alone: Input, beside: Input): Row {
  const ratio = beside.perSecond / alone.perSecond
  return {
    name: `MQTT input beside ${thousands(streams)} streams of ${choice}`,
    figure: shown(beside),
    limit: `${shown(alone)} with none`,
    ratio,
    target: '>= 0.8',
    reached: ratio >= 0.8,
  }
}

function shown({ perSecond, threadBusy }: Input): string {
  return `${thousands(perSecond)} readings/s (thread ${Math.round(threadBusy * 100)} % busy)`
}

/** CPU time that the main thread of a process has used (proc_pid_stat(5): fields 14 and 15, in hundredths of a second). */
function mainThreadMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

function request(query: string): string {
  return `GET /api/stream${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`
}
