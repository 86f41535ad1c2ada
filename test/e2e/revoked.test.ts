import { readdirSync } from 'node:fs'
import mqtt from 'mqtt'
import { afterEach, expect, it } from 'vitest'
import { quickCommits, startGateway } from '../setup/gateway.ts'
import { download } from '../setup/slow-download.ts'
import { until } from '../setup/until.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

it('breaks off the backup of a token that is revoked meanwhile', async () => {
  const gateway = await startGateway({ config: quickCommits })
  cleanUps.push(() => gateway.stop())
  // More than fits between the two programs, so that the backup lasts.
  const sensor = await mqtt.connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
  cleanUps.push(() => sensor.endAsync(true))
  const payload = Buffer.alloc(900_000, 1)
  for (let i = 0; i < 17; i++) await sensor.publishAsync(`kept/${i}`, payload, { qos: 1, retain: true })

  const token = await fetch(`${gateway.url}/api/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ admin: true }),
  }).then((answer) => answer.json() as Promise<{ id: string; token: string }>)
  const backup = await download(`${gateway.url}/api/backup`, token.token, 'POST')
  const copies = () => readdirSync(gateway.data).filter((name) => name.startsWith('backup-'))
  expect(copies()).toHaveLength(1)
  expect((await fetch(`${gateway.url}/api/tokens/${token.id}`, { method: 'DELETE' })).status).toBe(204)
  expect(await backup.end).toMatchObject({ error: 'aborted' })
  await until('the copy is gone', () => copies().length === 0)
  expect(await gateway.get('/api/tokens')).toEqual([])
})
