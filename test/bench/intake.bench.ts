import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { startGateway } from '../setup/gateway.ts'
import { startMosquitto } from '../setup/mosquitto.ts'
import { thousands } from './child.ts'
import { readGauges } from './gauges.ts'
import type { Row } from './row.ts'

const messages = 150_000
const readingsPerMessage = 2
const devices = 100
const rounds = 3

/**
 * MQTT QoS 1 through mosquitto to durable readings, against a bare MQTT.js subscriber that only parses JSON. Both drain
 * the same messages from a persistent session, so that the publisher takes no part of the machine meanwhile.
 */
export async function measure(): Promise<Row[]> {
  const broker = await startMosquitto({
    config: 'max_queued_messages 0\nmax_inflight_messages 1000\nset_tcp_nodelay true\n',
  })
  const url = `mqtt://127.0.0.1:${broker.port}`
  const brokers = [{ name: 'bench', url, clientId: 'rivulet', topics: ['sensors/#'] }]
  const gateway = await startGateway({ config: { mqtt: { listen: 'off', brokers } } })
  try {
    await session(url)
    await untilConnected(gateway.url)
    let bare = 0
    let rivulet = 0
    for (let round = 0; round < rounds; round++) {
      await gateway.kill()
      await publish(url)
      bare = Math.max(bare, await drainBare(url))
      await gateway.restart()
      rivulet = Math.max(rivulet, await drainGateway(gateway.url, (round + 1) * messages * readingsPerMessage))
    }
    return [
      {
        name: 'MQTT QoS 1 through mosquitto to durable readings',
        figure: `${thousands(rivulet)} messages/s`,
        limit: `${thousands(bare)} messages/s, bare MQTT.js and JSON.parse`,
        ratio: rivulet / bare,
        target: '>= 0.8 and >= 30,000/s',
        reached: rivulet / bare >= 0.8 && rivulet >= 30_000,
      },
    ]
  } finally {
    await gateway.stop()
    await broker.stop()
  }
}

/** The bare subscriber's session, in which its messages wait. */
async function session(url: string): Promise<void> {
  const client = await mqtt.connectAsync(url, { clientId: 'bare', clean: false })
  await client.subscribeAsync('sensors/#', { qos: 1 })
  await client.endAsync()
}

async function untilConnected(url: string): Promise<void> {
  for (;;) {
    const { inputs } = (await (await fetch(`${url}/readyz`)).json()) as { inputs: { status: string }[] }
    if (inputs.every(({ status }) => status === 'connected')) return
    await sleep(20)
  }
}

async function publish(url: string): Promise<void> {
  const client = await mqtt.connectAsync(url, { clientId: 'publisher' })
  for (let sent = 0; sent < messages; sent += 1000)
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) => {
        const payload = `{"temperature":${(20 + ((sent + i) % 100) / 10).toFixed(1)},"humidity":${40 + ((sent + i) % 50)}}`
        return client.publishAsync(`sensors/device${(sent + i) % devices}`, payload, { qos: 1 })
      }),
    )
  await client.endAsync()
}

async function drainBare(url: string): Promise<number> {
  const client = mqtt.connect(url, { clientId: 'bare', clean: false })
  let count = 0
  let began = 0
  let sum = 0
  await new Promise<void>((resolve) => {
    client.on('message', (_topic, payload) => {
      if (count === 0) began = performance.now()
      sum += (JSON.parse(payload.toString()) as { temperature: number }).temperature
      if (++count === messages) resolve()
    })
  })
  const seconds = (performance.now() - began) / 1000
  await client.endAsync()
  if (Number.isNaN(sum)) throw new Error('the messages were not those that were published')
  return messages / seconds
}

/** From the arrival of the first message, by the time of its reading, to the look that finds the last one on disk. */
async function drainGateway(url: string, total: number): Promise<number> {
  while ((await readGauges(url)).get('rivulet_log_durable')! < total) await sleep(20)
  const end = Date.now()
  const before = total - messages * readingsPerMessage
  const response = await fetch(`${url}/api/readings?after=${before}&limit=1`)
  const { readings } = (await response.json()) as { readings: { time: string }[] }
  return messages / ((end - Date.parse(readings[0]!.time)) / 1000)
}
