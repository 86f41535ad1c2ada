import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { beginStream, type FakeGateway, startFakeGateway } from '../client/fake-gateway.ts'
import { bin, rivulet } from './run.ts'

const time = '2026-01-01T23:30:07.512Z'
const readings = [
  { metric: 'temperature', value: 21.53, unit: 'Cel' },
  { metric: 'contact', value: false, unit: null },
  { metric: 'power', channel: 'l1', value: 6.984126, unit: 'W', min: 2, max: 11.25, mean: 7.125, count: 3 },
]
const metrics = readings.map(({ metric, value, unit }, i) => ({
  metric,
  unit,
  kind: 'gauge',
  last: { seq: i, time, value },
}))
const token = { id: 'k3f9ab', admin: false, read: ['*'], created: time }

let cwd: string
let gateway: FakeGateway
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rivulet-form-'))
  mkdirSync(join(cwd, 'data'))
  const answers: Record<string, unknown> = {
    '/api/devices': [{ id: 'a:b', name: 'Attic', status: 'online', lastSeen: null, metrics }],
    '/api/tokens': [token],
  }
  gateway = await startFakeGateway(
    (response, { url }) => {
      const answer = answers[url!]
      if (answer) return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      beginStream(response)
      for (const [i, reading] of readings.entries())
        response.write(`id: run.${i + 1}\ndata: ${JSON.stringify({ seq: i + 1, device: 'a:b', time, ...reading })}\n\n`)
      const offline = { id: 'a:b', status: 'offline', time, name: 'Attic', tags: {}, hidden: false }
      response.write(`event: device\ndata: ${JSON.stringify(offline)}\n\n`)
    },
    join(cwd, 'data/rivulet.sock'),
  )
})
afterEach(async () => {
  await gateway.close()
  rmSync(cwd, { recursive: true })
})

/** What a command shows on a terminal in Berlin, until `ends` stands there; then Ctrl-C is pressed. */
async function onTerminal(args: string, ends?: string): Promise<string> {
  const command = `'${process.execPath}' '${bin}' ${args}`
  const { PATH = '' } = process.env
  const child = spawn('script', ['--quiet', '--command', command, '/dev/null'], {
    cwd,
    env: { PATH, TERM: 'dumb', TZ: 'Europe/Berlin', LC_ALL: 'de_DE.UTF-8' },
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    if (ends !== undefined && out.includes(ends) && !child.stdin.writableEnded) child.stdin.end('\u0003')
  })
  await new Promise((resolve) => child.on('close', resolve))
  return out.replaceAll('\r', '')
}

describe('on a terminal', () => {
  it('tail shows the time of this place, signs of units, and digits and words as the page does', async () => {
    const lines = (await onTerminal('tail', 'offline')).split('\n')
    expect(lines.slice(0, 4)).toEqual([
      '2026-01-02 00:30:07  a:b  temperature  21,5 °C',
      '2026-01-02 00:30:07  a:b  contact  open',
      '2026-01-02 00:30:07  a:b  power/l1  7,0 W  (of 3, 2,0 to 11,3, mean 7,1)',
      '2026-01-02 00:30:07  a:b  offline  Attic',
    ])
  })

  it('devices and tokens are listed in the same way', async () => {
    expect(await onTerminal('devices')).toContain('temperature 21,5 °C, contact open, power 7,0 W')
    expect(await onTerminal('token list')).toContain('2026-01-02 00:30:07  never')
  })

  it('--json is for programs all the same', async () => {
    expect(await onTerminal('devices --json')).toContain('"value":21.53')
  })
})

describe('in a pipe', () => {
  const env = { TZ: 'Europe/Berlin', LC_ALL: 'de_DE.UTF-8' }

  it('nothing depends on the locale and the time zone', async () => {
    expect((await rivulet(['devices'], { cwd, env })).out).toContain(
      'temperature 21.53 Cel, contact false, power 6.984126 W',
    )
    expect((await rivulet(['token', 'list'], { cwd, env })).out).toContain(`${time}  never`)
  })
})
