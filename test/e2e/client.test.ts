import { setTimeout as later } from 'node:timers/promises'
import { connect, type MqttClient } from 'mqtt'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient, type FollowEvent, type Reading } from '../../src/client/client.ts'
import { type GatewayProcess, quickCommits, startGateway } from '../setup/gateway.ts'

let gateway: GatewayProcess
afterEach(() => gateway.stop())

describe('the client against a real gateway', () => {
  it('has every stored reading once and in order, over kills and restarts', async () => {
    // MQTT.js sends what was not acknowledged again one by one, so that each waits for a commit.
    gateway = await startGateway({ config: quickCommits })
    const client = createClient({ url: gateway.url })
    const end = new AbortController()
    const events: FollowEvent[] = []
    const following = (async () => {
      for await (const event of client.follow({ after: 0, signal: end.signal })) events.push(event)
    })()
    const sensor = await connectSensor(gateway)
    const acknowledged = new Set<number>()
    const sent: Promise<unknown>[] = []
    for (let i = 1; i <= 600; i++) {
      const payload = JSON.stringify({ temperature: i / 10 })
      const publishing = sensor.publishAsync('sensors/attic', payload, { qos: 1 })
      // MQTT.js gives up some of those that a lost connection has caught; only an acknowledgement is a promise.
      sent.push(publishing.then(() => acknowledged.add(i / 10)).catch(() => undefined))
      if (i % 20 === 0) await later(50)
      if (i === 200 || i === 400) {
        await gateway.kill(i === 200 ? 'SIGKILL' : 'SIGTERM')
        await gateway.restart()
      }
    }
    await Promise.all(sent)
    await sensor.endAsync()

    const stored: Reading[] = []
    for await (const reading of client.readings({ pageSize: 100 })) stored.push(reading)
    expect(acknowledged.size).toBeGreaterThan(200)
    expect([...acknowledged].filter((value) => !stored.some((reading) => reading.value === value))).toEqual([])
    const last = stored.at(-1)!.seq
    await expect.poll(() => readingsOf(events).at(-1)?.seq, { timeout: 90_000 }).toBe(last)
    end.abort()
    await following

    const received = readingsOf(events)
    for (const [i, { seq }] of received.entries()) if (i > 0) expect(seq).toBeGreaterThan(received[i - 1]!.seq)
    // What was shown and lost with the kill may be there besides; what is stored must be, as it is stored.
    const bySeq = new Map(received.map((reading) => [reading.seq, reading]))
    for (const reading of stored) expect(bySeq.get(reading.seq)).toEqual(reading)
    expect(events.filter(({ type }) => type === 'gap')).toEqual([])
    // A client that waits for a gateway on a busy machine may wait 30 s between two attempts.
  }, 150_000)

  it('goes on in another program where this one has stored its place', async () => {
    gateway = await startGateway({ config: quickCommits })
    const client = createClient({ url: gateway.url })
    const sensor = await connectSensor(gateway)
    const numbers = Array.from({ length: 10 }, (_, i) => i + 1)
    await Promise.all(numbers.map((i) => sensor.publishAsync('sensors/attic/temperature', String(i), { qos: 1 })))
    await sensor.endAsync()
    const values: unknown[] = []
    let place: string | undefined
    for (let part = 0; part < 5; part++) {
      const stream = client.follow(place === undefined ? { after: 0 } : { lastEventId: place })
      let taken = 0
      for await (const event of stream) {
        if (event.type !== 'reading') continue
        values.push(event.reading.value)
        place = stream.lastEventId
        if (++taken === 2) break
      }
    }
    expect(values).toEqual(numbers)
  })

  it('is refused in words where it asks wrongly', async () => {
    gateway = await startGateway()
    const client = createClient({ url: gateway.url })
    const iterator = client.follow({ since: 'yesterday' })[Symbol.asyncIterator]()
    await expect(iterator.next()).rejects.toMatchObject({
      name: 'ClientError',
      status: 400,
      hint: expect.stringMatching(/./),
    })
  })
})

/** Keeps trying: HTTP answers a moment before the broker listens. */
function connectSensor({ mqttPort }: GatewayProcess): Promise<MqttClient> {
  const sensor = connect(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 100, clean: false, clientId: 'sensor' })
  sensor.on('error', () => undefined)
  return new Promise((resolve) => sensor.once('connect', () => resolve(sensor)))
}

function readingsOf(events: readonly FollowEvent[]): Reading[] {
  return events.flatMap((event) => (event.type === 'reading' ? [event.reading] : []))
}
