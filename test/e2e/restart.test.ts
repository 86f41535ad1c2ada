import { setTimeout as sleep } from 'node:timers/promises'
import { EventSource } from 'eventsource'
import { connect } from 'mqtt'
import { expect, it } from 'vitest'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { until } from '../setup/until.ts'

// Both wait for clients that come back in their own time, and so do it at once.

/** An EventSource as browsers have it, and the sequence numbers that it was given. */
function watch({ url }: GatewayProcess) {
  const source = new EventSource(`${url}/api/stream?after=0`)
  const seqs: number[] = []
  source.onmessage = ({ data }) => seqs.push(JSON.parse(data).seq)
  return { source, seqs }
}

const all = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

it.concurrent('restarts again and again under load, and 500 clients have every reading once', async ({
  onTestFinished,
}) => {
  const gateway = await startGateway()
  onTestFinished(() => gateway.stop())
  const watchers = Array.from({ length: 500 }, () => watch(gateway))
  onTestFinished(() => {
    for (const { source } of watchers) source.close()
  })
  const sensor = connect(`mqtt://127.0.0.1:${gateway.mqttPort}`, {
    clientId: 'load',
    clean: false,
    reconnectPeriod: 100,
  })
  onTestFinished(() => sensor.endAsync(true))
  let publishing = true
  const load = (async () => {
    for (let i = 0; publishing; i++) {
      // What a lost connection has caught is sent again by the client itself, or given up: nobody was promised it.
      void sensor.publishAsync('sensors/attic/temperature', `${(i % 400) / 10}`, { qos: 1 }).catch(() => {})
      await sleep(25)
    }
  })()
  for (let restart = 0; restart < 2; restart++) {
    // The others are still on their way back, and find the gateway gone once more.
    const atWork = () => watchers.filter(({ source, seqs }) => source.readyState === 1 && seqs.length > 0)
    await until('half of the clients are at work', () => atWork().length >= 250)
    await gateway.kill()
    await gateway.restart()
  }
  await until('all clients are back', () => watchers.every(({ source }) => source.readyState === 1))
  publishing = false
  await load
  const { readings } = await gateway.get<{ readings: { seq: number }[] }>('/api/readings?limit=10000')
  const { seq: last } = readings.at(-1)!
  await until('all clients have the last reading', () => watchers.every(({ seqs }) => seqs.at(-1)! >= last))
  for (const { seqs, source } of watchers) {
    expect(source.readyState).toBe(1)
    expect(seqs.slice(0, last)).toEqual(all(last))
  }
}, 180_000)

it.concurrent('sends away whom it has no room for, and lets them in when others leave', async ({ onTestFinished }) => {
  const gateway = await startGateway({ config: { http: { maxStreams: 1 } } })
  onTestFinished(() => gateway.stop())
  const first = watch(gateway)
  await until('the first is in', () => first.source.readyState === 1)
  // Each is asked to come back within half a minute, at a moment of its own: of several, one does so soon.
  const others = Array.from({ length: 8 }, () => watch(gateway).source)
  onTestFinished(() => {
    for (const other of others) other.close()
  })
  let [sentAway, letIn] = [0, 0]
  for (const other of others) {
    other.addEventListener('error', () => sentAway++, { once: true })
    other.addEventListener('cursor', () => letIn++)
  }
  await until('all others are sent away', () => sentAway === others.length)
  expect(letIn).toBe(0)
  // A closed one would not come back.
  expect(others.filter(({ readyState }) => readyState === EventSource.CLOSED)).toEqual([])
  first.source.close()
  await until('one of them is in', () => letIn > 0)
})
