import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { wear } from '../../src/cli/doctor/running.ts'
import { openStore } from '../../src/log/open-store.ts'
import { freePort } from '../setup/free-port.ts'
import { startGateway } from '../setup/gateway.ts'
import { openPtyPair } from '../setup/pty.ts'
import { until } from '../setup/until.ts'
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
  return {
    code,
    lines: lines.map((line) => line.replace(/ +/g, ' ')).filter((line) => !/^\w+ (clock|disk) /.test(line)),
  }
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
    `wrong broker cellar: nothing listens on 127.0.0.1:${port}; is the broker running?`,
  ])
})

it('tells brokers apart that are not there, that are no brokers, and that are behind TLS', async () => {
  const silent = createServer((socket) => {
    // Whoever sees an open port and asks no more may reset the connection.
    socket.on('error', () => {})
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  }).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const urls = { away: 'mqtts://nowhere.invalid', other: `mqtt://127.0.0.1:${port}`, tls: `mqtts://127.0.0.1:${port}` }
  const brokers = Object.entries(urls).map(([name, url]) => ({ name, url }))
  writeFileSync(join(cwd, 'rivulet.yaml'), `mqtt: ${JSON.stringify({ brokers })}\n`)
  const { lines } = await findings()
  silent.close()
  expect(lines.filter((line) => line.includes(' broker '))).toEqual([
    'wrong broker away: no address is known for the host of nowhere.invalid:8883; check its name and the network',
    'wrong broker other: what listens there does not answer as a broker does; check host and port',
    'ok broker tls: its port is open',
  ])
})

it('says what keeps a gateway from starting that is to be reached from elsewhere', async () => {
  const [http, mqtt] = [await freePort(), await freePort()]
  const doors = `http: { listen: '0.0.0.0:${http}' }\nmqtt: { listen: '0.0.0.0:${mqtt}' }\n`
  writeFileSync(join(cwd, 'rivulet.yaml'), doors)
  const { code, lines } = await findings()
  expect(code).toBe(1)
  expect(lines.filter((line) => line.startsWith('wrong'))).toEqual([
    expect.stringMatching(
      /^wrong page it will not start: 0\.0\.0\.0:\d+ can be reached from other machines, .* start with --lan/,
    ),
    expect.stringMatching(/^wrong broker it will not start: the MQTT broker on 0\.0\.0\.0:\d+ .* start with --lan/),
  ])
  const { err } = await rivulet(['start', '--http', '127.0.0.1:0'], { cwd })
  const refusal = err.trim().replace('rivulet: ', 'wrong broker it will not start: ')
  expect(lines).toContain(refusal)
  const gateway = await startGateway()
  try {
    const token = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    await fetch(`${gateway.url}/api/tokens`, token)
    await gateway.kill('SIGKILL')
    writeFileSync(join(gateway.folder, 'rivulet.yaml'), `data: data\n${doors}`)
    const files = () => readdirSync(gateway.data).filter((name) => !name.includes('-lock'))
    const before = files()
    const later = await findings(gateway.folder)
    expect(later.lines.filter((line) => line.startsWith('wrong'))).toEqual([expect.stringMatching(/^wrong broker /)])
    expect(later.lines).toContain('note gateway does not run here; start it with `rivulet start`')
    // What was not written back yet stays as it is, and nothing comes beside it.
    expect(files()).toEqual(before)
  } finally {
    await gateway.stop()
  }
})

it('says that a database is damaged, or cannot be one, before a start does', async () => {
  mkdirSync(join(cwd, 'data'), { mode: 0o700 })
  writeFileSync(join(cwd, 'data/rivulet.db'), Buffer.alloc(4096, 7))
  expect((await findings()).lines).toContainEqual(
    expect.stringMatching(/^wrong log .*rivulet\.db is damaged, .*rivulet check --data/),
  )
  rmSync(join(cwd, 'data'), { recursive: true })
  const store = await openStore({ folder: join(cwd, 'data') })
  const reading = { device: 'a:b', metric: 'm', unit: null, value: 1.5, time: 0 }
  await store.durable(store.append(Array.from({ length: 500 }, (_, i) => ({ ...reading, time: i }))))
  await store.close()
  const bytes = readFileSync(join(cwd, 'data/rivulet.db'))
  // The last page is one of readings.
  writeFileSync(join(cwd, 'data/rivulet.db'), bytes.fill(9, bytes.length - 1024))
  expect((await findings()).lines).toContainEqual(
    expect.stringMatching(
      /^wrong log damaged: page \d+, of the table reading, cannot be read; save the rest with: rivulet/,
    ),
  )
  rmSync(join(cwd, 'data'), { recursive: true })
  writeFileSync(join(cwd, 'data'), 'a file')
  expect((await findings()).lines.at(-1)).toBe(`wrong data ${cwd}/data is no folder; choose another with --data`)
  writeFileSync(join(cwd, 'rivulet.yaml'), 'data: data/below\n')
  expect((await findings()).lines.at(-1)).toBe(`wrong data ${cwd}/data is no folder; choose another with --data`)
})

it('says which program has a serial port, and what is none', async () => {
  const pair = await openPtyPair()
  const reader = spawn('cat', [pair.port], { stdio: 'ignore' })
  try {
    await until('cat reads', () => readdirSync(`/proc/${reader.pid}/fd`).length > 0 && opens(reader.pid!, pair.port))
    writeFileSync(join(cwd, 'rivulet.yaml'), `serial: [{ port: ${pair.port} }, { port: ${cwd}/rivulet.yaml }]\n`)
    expect((await findings()).lines.filter((line) => line.includes(' serial '))).toEqual([
      `wrong serial ${pair.port} is in use by cat (pid ${reader.pid}): stop it, and the port is opened`,
      `wrong serial ${cwd}/rivulet.yaml is no serial port; see \`rivulet ports\``,
    ])
  } finally {
    reader.kill()
    await pair.close()
  }
})

function opens(pid: number, path: string): boolean {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).some((fd) => readlinkSync(join(folder, fd)) === realpathSync(path))
}

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
      .poll(async () => (await findings(gateway.folder)).lines)
      .toContain(`ok input broker: connected: listens on 127.0.0.1:${gateway.mqttPort}`)
  } finally {
    await gateway.stop()
  }
})
