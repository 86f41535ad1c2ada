import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { afterEach, expect, it } from 'vitest'
import { type GatewayProcess, startGateway } from '../setup/gateway.ts'
import { until } from '../setup/until.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

/** What the slow ones are behind: 70,000 readings are 10 MB, more than the buffers of both their sockets hold. */
const [messages, fieldsEach] = [200, 350]

/** A client of the stream: how many readings it has, whether they came without a gap, and how fast it reads. */
class Client {
  count = 0
  /** The first number that was not the one after that before it. */
  astray: number | null = null
  readonly socket: Socket
  #tail = ''

  constructor({ url }: GatewayProcess, after: number) {
    this.count = after
    this.socket = connect(Number(new URL(url).port), '127.0.0.1')
    toClose.push(() => this.socket.destroy())
    this.socket.write(`GET /api/stream?after=${after} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  }

  /** Reads as fast as it can. */
  read(): this {
    this.socket.on('data', (bytes: Buffer) => this.#take(bytes))
    return this
  }

  /** Reads so many bytes a second; none for 0. */
  trickle(bytesPerSecond: number): this {
    this.socket.pause()
    const timer = setInterval(() => {
      const bytes: Buffer | null = this.socket.read(bytesPerSecond / 10)
      if (bytes) this.#take(bytes)
    }, 100)
    this.stopTrickling = () => clearInterval(timer)
    toClose.push(this.stopTrickling)
    return this
  }

  stopTrickling = () => {}

  #take(bytes: Buffer): void {
    const text = this.#tail + bytes.toString('latin1')
    const end = text.lastIndexOf('\n\n')
    if (end < 0) {
      this.#tail = text
      return
    }
    this.#tail = text.slice(end)
    for (const [, seq] of text.slice(0, end + 1).matchAll(/^data: \{"seq":(\d+)/gm))
      if (Number(seq) !== ++this.count) this.astray ??= Number(seq)
  }
}

it('lets nobody wait for clients that do not read, keeps nothing for them, and gives them everything when they do', async () => {
  const gateway = await startGateway()
  toClose.push(() => gateway.stop())
  const sensor = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  toClose.push(() => sensor.endAsync(true))
  const values = Object.fromEntries(Array.from({ length: fieldsEach }, (_, i) => [`field_${i}`, i]))
  const backlog = JSON.stringify(values)
  for (let sent = 0; sent < messages; sent += 20)
    await Promise.all(Array.from({ length: 20 }, () => sensor.publishAsync('sensors/bulk', backlog, { qos: 1 })))
  let head = messages * fieldsEach
  const delivered = async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text()
    return Number(/^rivulet_delivered_readings_total (\d+)$/m.exec(text)![1])
  }

  const others = Array.from({ length: 40 }, () => new Client(gateway, head).read())
  // Each begins elsewhere, so that no two are given the same pages.
  const slow = Array.from({ length: 20 }, (_, after) => new Client(gateway, after).trickle(after < 10 ? 0 : 1024))
  let [written, still] = [-1, 0]
  await until('nothing more is written to them', async () => {
    const last = written
    written = await delivered()
    still = written === last && written > 0 ? still + 1 : 0
    await sleep(20)
    return still > 25
  })

  // What they are given ends where the buffers of the system do, and no queue takes the rest.
  expect(written).toBeLessThan(slow.length * head * 0.7)

  for (let live = 0; live < 20; live++) {
    await sensor.publishAsync('sensors/live/temperature', String(live), { qos: 0 })
    head++
    await until('the others have it', () => others.every(({ count }) => count === head))
  }
  expect(slow.every(({ count }) => count < head / 2)).toBe(true)
  for (const client of slow) {
    client.stopTrickling()
    client.read().socket.resume()
  }
  await until('the slow ones have everything', () => slow.every(({ count }) => count === head), 60_000)
  expect([...others, ...slow].filter(({ astray }) => astray !== null)).toEqual([])
})
