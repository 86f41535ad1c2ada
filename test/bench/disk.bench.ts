import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { startGateway } from '../setup/gateway.ts'
import { readGauges } from './gauges.ts'
import type { Row } from './row.ts'

const series = 100
const perSecond = 100
const seconds = 30

/** Bytes of one row of the log in its table: key, series, time, value, flags. */
const rowBytes = 25

/** What is written to the disk for one reading, at 100 readings a second over 100 series. */
export async function measure(): Promise<Row[]> {
  return [await written(0), await written(1)]
}

async function written(qos: 0 | 1): Promise<Row> {
  const gateway = await startGateway()
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  try {
    await publish(client, qos, 5)
    const before = { bytes: writeBytes(gateway.pid()), durable: await durable(gateway.url) }
    await publish(client, qos, seconds)
    await sleep(1500)
    const readings = (await durable(gateway.url)) - before.durable
    const each = (writeBytes(gateway.pid()) - before.bytes) / readings
    return {
      name: `bytes written a reading, ${perSecond}/s over ${series} series, QoS ${qos}`,
      figure: `${each.toFixed(0)} bytes`,
      limit: `${rowBytes} bytes a row`,
      ratio: each / rowBytes,
      target: '<= 300 bytes',
      reached: each <= 300,
    }
  } finally {
    await client.endAsync()
    await gateway.stop()
  }
}

async function publish(client: mqtt.MqttClient, qos: 0 | 1, forSeconds: number): Promise<void> {
  const began = performance.now()
  const sent: Promise<unknown>[] = []
  for (let i = 0; i < forSeconds * perSecond; i++) {
    await sleep(Math.max(0, began + (i * 1000) / perSecond - performance.now()))
    sent.push(client.publishAsync(`sensors/device${i % series}/temperature`, `${20 + (i % 97) / 10}`, { qos }))
  }
  await Promise.all(sent)
}

async function durable(url: string): Promise<number> {
  return (await readGauges(url)).get('rivulet_log_durable')!
}

/** proc(5): bytes that the process caused to be sent to the storage layer. */
function writeBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))![1])
}
