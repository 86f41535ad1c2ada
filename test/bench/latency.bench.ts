import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { startGateway } from '../setup/gateway.ts'
import { startChild, tell } from './child.ts'
import type { ClientOrder, ClientReport } from './fanout-clients.ts'
import type { Row } from './row.ts'

const streams = 100
const perSecond = 1000
const seconds = 10

/**
 * From the moment a sensor publishes to the moment a stream's client holds the event; SQLite behind it, QoS 1. A sender
 * with Nagle's algorithm on keeps small messages back for up to 40 ms by itself while its acknowledgements wait for the
 * disk, so it has a row of its own. The gateway cannot end that from its side: MQTT has nothing that a server may send unasked to
 * carry TCP's acknowledgement, and Node.js has no TCP_QUICKACK (tcp(7)). Of each release it keeps a few PUBACKs for it.
 */
export async function measure(): Promise<Row[]> {
  return [await latency(true), await latency(false)]
}

async function latency(noDelay: boolean): Promise<Row> {
  const gateway = await startGateway()
  const audience = startChild('fanout-clients')
  const sensor = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  if (noDelay) (sensor.stream as Socket).setNoDelay(true)
  try {
    const request = 'GET /api/stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n'
    const port = Number(new URL(gateway.url).port)
    await tell(audience, { port, count: streams, request } satisfies ClientOrder)
    await publish(sensor, 2)
    await tell(audience, 'report')
    await publish(sensor, seconds)
    await sleep(200)
    const { latencies } = (await tell(audience, 'report')) as ClientReport
    const sorted = latencies.toSorted((a, b) => a - b)
    const p = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
    return {
      name: `publish to event, ${perSecond} messages/s, ${streams} streams, sender ${noDelay ? 'without' : 'with'} Nagle`,
      figure: `p50 ${p(0.5).toFixed(1)} ms, p99 ${p(0.99).toFixed(1)} ms (${sorted.length} samples)`,
      ...(noDelay && { target: 'p50 < 5 ms, p99 < 30 ms', reached: p(0.5) < 5 && p(0.99) < 30 }),
    }
  } finally {
    audience.kill()
    await sensor.endAsync()
    await gateway.stop()
  }
}

/** A steady flow: what is due, every millisecond. */
async function publish(sensor: mqtt.MqttClient, forSeconds: number): Promise<void> {
  const began = performance.now()
  for (let sent = 0; sent < perSecond * forSeconds; ) {
    const due = Math.min(perSecond * forSeconds, ((performance.now() - began) * perSecond) / 1000)
    for (; sent < due; sent++) {
      const moment = performance.timeOrigin + performance.now()
      sensor.publish(`sensors/bench${sent % 50}/value`, moment.toFixed(3), { qos: 1 })
    }
    await sleep(1)
  }
}
