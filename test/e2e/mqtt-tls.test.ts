import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeCertificate } from '../setup/certificate.ts'
import { type GatewayProcess, quickCommits, startGateway } from '../setup/gateway.ts'
import { until } from '../setup/until.ts'

let folder: string
let tls: { cert: string; key: string }
let gateway: GatewayProcess
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rivulet-tls-'))
  tls = makeCertificate(folder, 'one')
  gateway = await startGateway({ config: { ...quickCommits, mqtt: { tls } } })
  const ready = () => gateway.get<{ inputs: { status: string }[] }>('/readyz')
  await until('the broker listens', async () => (await ready()).inputs[0]?.status === 'connected')
})
afterAll(async () => {
  await gateway.stop()
  rmSync(folder, { recursive: true })
})

function publish(...args: string[]): number | null {
  const common = ['-h', 'localhost', '-p', String(gateway.mqttPort), '-q', '1']
  return spawnSync('mosquitto_pub', [...common, ...args]).status
}

const sensor = (value: number) => ['-t', 'sensors/attic/temperature', '-m', String(value)]

it('takes messages over TLS, and nothing in the clear', async () => {
  expect(publish('--cafile', tls.cert, ...sensor(21))).toBe(0)
  expect(publish(...sensor(22))).not.toBe(0)
  const { readings } = await gateway.get<{ readings: { value: number }[] }>('/api/readings')
  const values = readings.map(({ value }) => value)
  expect(values).toContain(21)
  expect(values).not.toContain(22)
})

it('outlives clients that break off or spoil the handshake', async () => {
  for (const text of ['', 'GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\xff\xff', '\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0']) {
    const socket = connect(gateway.mqttPort, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    socket.end(text, 'latin1')
    await once(socket.resume(), 'close')
  }
  expect(publish('--cafile', tls.cert, ...sensor(23))).toBe(0)
  await until('it says so', () => gateway.output().includes('cannot agree on TLS'))
})

it('takes over a renewed certificate at SIGHUP', async () => {
  const other = makeCertificate(folder, 'other')
  renameSync(other.cert, tls.cert)
  renameSync(other.key, tls.key)
  process.kill(gateway.pid(), 'SIGHUP')
  const shown = async () => {
    const socket = connectTls({ port: gateway.mqttPort, host: '127.0.0.1', rejectUnauthorized: false })
    await once(socket, 'secureConnect')
    const { CN } = socket.getPeerCertificate().subject
    socket.destroy()
    return CN
  }
  await until('the new one is shown', async () => (await shown()) === 'other')
})
