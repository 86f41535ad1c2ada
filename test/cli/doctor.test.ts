import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { wear } from '../../src/cli/doctor.ts'
import { startGateway } from '../setup/gateway.ts'
import { freePort } from '../setup/mosquitto.ts'
import { rivulet } from './run.ts'

let cwd: string
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rivulet-doctor-'))
})
afterEach(() => rmSync(cwd, { recursive: true }))

/** What it says about each thing, without how much room there is. */
async function findings(folder = cwd): Promise<{ code: number | null; lines: string[] }> {
  const { code, out } = await rivulet(['doctor'], { cwd: folder })
  const lines = out.trimEnd().split('\n')
  return { code, lines: lines.map((line) => line.replace(/ +/g, ' ')).filter((line) => !/ (clock|disk) /.test(line)) }
}

it('finds nothing wrong where nothing has been started yet', async () => {
  const [port, page] = [await freePort(), await freePort()]
  writeFileSync(
    join(cwd, 'rivulet.yaml'),
    `http: { listen: '127.0.0.1:${page}' }\nmqtt: { listen: '127.0.0.1:${port}' }\n`,
  )
  expect(await findings()).toEqual({
    code: 0,
    lines: [
      `ok config ${cwd}/rivulet.yaml`,
      `ok data ${cwd}/data will be made at the first start`,
      'note gateway does not run here; start it with `rivulet start`',
      `ok page 127.0.0.1:${page} is free`,
      `ok broker 127.0.0.1:${port} is free`,
    ],
  })
})

it('says of each thing that is wrong what to do', async () => {
  const port = await freePort()
  mkdirSync(join(cwd, 'data'))
  chmodSync(join(cwd, 'data'), 0o755)
  const brokers = `mqtt: { brokers: [{ name: cellar, url: 'mqtt://127.0.0.1:${port}' }] }\n`
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const http = `http: { listen: '127.0.0.1:${(taken.address() as AddressInfo).port}' }\n`
  writeFileSync(join(cwd, 'rivulet.yaml'), `${http}${brokers}serial: [{ port: /dev/nothing }]\n`)
  const { code, lines } = await findings()
  taken.close()
  expect(code).toBe(1)
  expect(lines.filter((line) => line.startsWith('wrong'))).toEqual([
    `wrong data ${cwd}/data is open to other users (mode 755); chmod 700 ${cwd}/data`,
    'wrong serial /dev/nothing is not there; plug it in, or see `rivulet ports`',
    expect.stringMatching(/^wrong page another program listens on 127\.0\.0\.1:\d+; stop it, or set http.listen/),
    'wrong broker cellar does not answer; is it started, and its port open?',
  ])
})

it('names what is wrong in the configuration', async () => {
  writeFileSync(join(cwd, 'rivulet.yaml'), 'htpp: {}\n')
  const { code, lines } = await findings()
  expect([code, lines]).toEqual([1, [expect.stringMatching(/^wrong config rivulet.yaml:1:1: .*http/)]])
})

it('says how much is written a day, and when that is much for a card', () => {
  const day = 86_400
  const metrics = (bytes: number) => `process_written_bytes_total ${bytes}\nprocess_start_time_seconds ${day}\n`
  expect(wear(metrics(3e9), 4 * day * 1000)).toEqual({ about: 'wear', level: 'ok', text: '1000MB written a day' })
  expect(wear(metrics(90e9), 4 * day * 1000)).toMatchObject({
    level: 'note',
    text: expect.stringMatching(/^30GB written a day, which wears/),
  })
  expect(wear(metrics(90e9), (day + 60) * 1000).level).toBe('ok')
})

it('asks a gateway that runs how it is', async () => {
  const gateway = await startGateway()
  try {
    const { lines } = await findings(gateway.folder)
    expect(lines).toContain('ok gateway runs')
    expect(lines).toContain('ok log takes readings')
    expect(lines).toContainEqual(expect.stringMatching(/^ok wear \d+MB written since the start; ask again in an hour$/))
    await expect
      .poll(async () => (await findings(gateway.folder)).lines, { timeout: 15_000 })
      .toContain(`ok input broker: connected: listens on 127.0.0.1:${gateway.mqttPort}`)
  } finally {
    await gateway.stop()
  }
})
