import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, beginStream, type FakeGateway, gap, reading, startFakeGateway } from '../client/fake-gateway.ts'
import { rivulet, spawnRivulet } from './run.ts'

let cwd: string
let gateway: FakeGateway | undefined
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'rivulet-cli-'))
})
afterEach(async () => {
  await gateway?.close()
  gateway = undefined
  rmSync(cwd, { recursive: true })
})

/** A gateway where commands look for one: at the socket in the data folder. */
async function serve(answer: Answer, data = 'data'): Promise<void> {
  mkdirSync(join(cwd, data))
  gateway = await startFakeGateway(answer, join(cwd, data, 'rivulet.sock'))
}

const json = (value: unknown): Answer => {
  return (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

const attic = {
  id: 'z2m:attic',
  name: 'Attic\u001b]0;x\u0007',
  status: 'offline',
  lastSeen: new Date(Date.now() - 10 * 86_400_000).toISOString(),
  metrics: [
    { metric: 'temperature', unit: 'Cel', kind: 'gauge', last: { seq: 1, time: 't', value: 21.5 } },
    { metric: 'power', channel: 'l1', unit: 'W', kind: 'gauge', last: { seq: 2, time: 't', value: 7 } },
    { metric: 'open', unit: null, kind: 'state', last: { seq: 3, time: 't', value: false } },
  ],
}

describe('rivulet devices', () => {
  it('lists what the gateway in the data folder knows, with nothing in it that moves the cursor', async () => {
    await serve(json([attic]))
    expect(await rivulet(['devices'], { cwd })).toEqual({
      code: 0,
      signal: null,
      out: [
        'DEVICE     NAME                  STATUS   SEEN      LAST READINGS',
        'z2m:attic  Attic\\u{1b}]0;x\\u{7}  offline  10 d ago  temperature 21.5 Cel, power/l1 7 W, open false',
        '1 of 1 offline',
        '',
      ].join('\n'),
      err: '',
    })
  })

  it('prints JSON lines for programs', async () => {
    await serve(json([attic, attic]))
    const { out } = await rivulet(['devices', '--json'], { cwd })
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([attic, attic])
  })

  it('finds the data folder by flag, by configuration, and a remote gateway by URL with its token', async () => {
    await serve(json([]), 'elsewhere')
    writeFileSync(join(cwd, 'my.yaml'), 'data: elsewhere\nhtp: {}\n')
    for (const flags of [
      ['--data', 'elsewhere'],
      ['--config', 'my.yaml'],
    ])
      expect(await rivulet(['devices', ...flags], { cwd })).toMatchObject({
        code: 0,
        out: 'no device has been seen yet\n',
      })
    await gateway!.close()
    gateway = await startFakeGateway(json([]))
    const env = { RIVULET_URL: gateway.url, RIVULET_TOKEN: 'secret' }
    expect(await rivulet(['devices'], { cwd, env })).toMatchObject({ code: 0 })
    expect(await rivulet(['devices', '--url', gateway.url], { cwd })).toMatchObject({ code: 0 })
    expect(gateway.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer secret', undefined])
  })

  it('says in one line that no gateway runs, and what to do', async () => {
    const { code, err } = await rivulet(['devices'], { cwd })
    expect(code).toBe(1)
    expect(err).toBe(
      `rivulet: no gateway runs here (there is no ${cwd}/data/rivulet.sock); start it with \`rivulet start\`, or name another with --data or --url\n`,
    )
  })

  it('says what a gateway that refuses has said', async () => {
    await serve((response) =>
      response.writeHead(403).end('{"detail":"this token may only read","hint":"use an admin token"}'),
    )
    expect(await rivulet(['devices'], { cwd })).toMatchObject({
      code: 1,
      err: 'rivulet: this token may only read; use an admin token\n',
    })
  })
})

describe('rivulet tail', () => {
  it('prints readings, gaps and status changes as they come, and ends quietly when the reader has enough', async () => {
    await serve((response) => {
      beginStream(response)
      response.write(gap(1, 4, 'retention') + reading(5))
      const device = {
        id: 'a:b',
        status: 'offline',
        time: '2026-01-01T00:00:01.000Z',
        name: 'Attic',
        tags: {},
        hidden: false,
      }
      response.write(`event: device\ndata: ${JSON.stringify(device)}\n\n`)
      let seq = 5
      const timer = setInterval(() => response.write(reading(++seq)), 2)
      response.on('close', () => clearInterval(timer))
    })
    const child = spawnRivulet(['tail', 'a:*', '--metric', 'temperature', '--last', '3'], { cwd })
    const lines: string[] = []
    let err = ''
    child.stderr!.on('data', (text) => {
      err += text
    })
    await new Promise<void>((resolve) => {
      let text = ''
      child.stdout!.on('data', (part) => {
        text += part
        if (text.split('\n').length < 4) return
        lines.push(...text.split('\n').slice(0, 3))
        child.stdout!.destroy()
        resolve()
      })
    })
    const code = await new Promise((resolve) => child.on('exit', resolve))
    expect({ code, err, lines }).toEqual({
      code: 0,
      err: '',
      lines: [
        'gap: readings asked for are older than what is kept (1 to 4)',
        '2026-01-01T00:00:00.000Z  a:b  temperature  5 Cel',
        '2026-01-01T00:00:01.000Z  a:b  offline  Attic',
      ],
    })
    const asked = gateway!.requests.map(({ url }) => url)
    expect(asked).toContain('/api/stream?device=a%3A*&metric=temperature&last=3')
  })

  it('prints JSON lines that hold the id to go on with, and stops at SIGTERM with 0', async () => {
    await serve((response) => {
      beginStream(response)
      response.write(gap(1, 4, 'retention') + reading(5))
    })
    const child = spawnRivulet(['tail', '--json', '--after', 'run.0'], { cwd })
    let out = ''
    const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })))
    child.stdout!.on('data', (part) => {
      out += part
      if (out.split('\n').length === 3) child.kill('SIGTERM')
    })
    expect(await ended).toEqual({ code: 0, signal: null })
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: 'run.4', gap: { from: 1, to: 4, reason: 'retention' } },
      {
        id: 'run.5',
        seq: 5,
        device: 'a:b',
        metric: 'temperature',
        value: 5,
        unit: 'Cel',
        time: '2026-01-01T00:00:00.000Z',
      },
    ])
  })

  it('shows with --every what a line stands for', async () => {
    await serve((response) => {
      beginStream(response)
      const common = { device: 'a:b', time: '2026-01-01T00:00:00.000Z' }
      for (const [index, event] of [
        { metric: 'temperature', value: 21, unit: 'Cel', min: 20, max: 22.5, mean: 21.16666667, count: 3 },
        { metric: 'open', value: true, unit: null, count: 2 },
        { metric: 'temperature', value: 22, unit: 'Cel', min: 22, max: 22, mean: 22, count: 1 },
      ].entries())
        response.write(`id: run.${index + 1}\ndata: ${JSON.stringify({ seq: index + 1, ...common, ...event })}\n\n`)
    })
    const flags = ['--tag', 'floor:1', '--tag', 'lit', '--channel', '', '--every', '10s', '--deadband', '0.5']
    const child = spawnRivulet(['tail', ...flags], { cwd })
    let out = ''
    const ended = new Promise((resolve) => child.on('close', resolve))
    child.stdout!.on('data', (part) => {
      out += part
      if (out.split('\n').length === 4) child.kill('SIGTERM')
    })
    expect(await ended).toBe(0)
    expect(out.split('\n').slice(0, 3)).toEqual([
      '2026-01-01T00:00:00.000Z  a:b  temperature  21 Cel  (of 3, 20 to 22.5, mean 21.1667)',
      '2026-01-01T00:00:00.000Z  a:b  open  true  (of 2)',
      '2026-01-01T00:00:00.000Z  a:b  temperature  22 Cel',
    ])
    expect(gateway!.requests[0]!.url).toBe('/api/stream?channel=&tag=floor%3A1&tag=lit&every=10s&deadband=0.5')
  })

  it('exits with 2 where the gateway does not understand the question', async () => {
    await serve((response) => response.writeHead(400).end('{"detail":"since is no time","hint":"write 10m"}'))
    expect(await rivulet(['tail', '--since', 'x'], { cwd })).toMatchObject({
      code: 2,
      err: 'rivulet: since is no time; write 10m\n',
    })
  })
})

describe('rivulet tail and export', () => {
  const cellar = { ...attic, id: 'z2m:cellar', name: 'Wine', metrics: [{ ...attic.metrics[0], metric: 'humidity' }] }
  const known: Answer = (response, request, attempt) => {
    if (request.url === '/api/devices') return json([attic, cellar])(response, request, attempt)
    if (!request.url!.startsWith('/api/stream')) return response.writeHead(200).end('')
    beginStream(response)
  }

  it('say of a name that no device has what may have been meant', async () => {
    await serve(known)
    const { code, err } = await rivulet(['export', 'Wine', 'z2m:atic', 'nobody:knows', 'z2m:attic'], { cwd })
    expect(code).toBe(0)
    expect(err.split('\n').slice(1)).toEqual([
      'no device Wine has been heard yet; did you mean z2m:cellar?',
      'no device z2m:atic has been heard yet; did you mean z2m:attic?',
      'no device nobody:knows has been heard yet; `rivulet devices` lists what has',
      '',
    ])
    const child = spawnRivulet(['tail', 'z2m:*', '--metric', 'humidty', '--metric', 'power'], { cwd })
    let told = ''
    child.stderr!.on('data', (text) => {
      told += text
    })
    await expect.poll(() => told).not.toBe('')
    child.kill('SIGINT')
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(told).toBe('no metric humidty has been heard yet; did you mean humidity?\n')
  })
})

describe('rivulet export', () => {
  const csv =
    'seq,time,device,metric,channel,value,unit,quality\r\n' +
    '1,2026-01-01T00:00:00.000Z,a:b,power,l1,1.5,W,\r\n' +
    '2,2026-01-01T00:00:01.000Z,a:b,note,,"say ""größer"",\ny",,stale\r\n'

  it('writes CSV to standard output as it comes, and progress to standard error', async () => {
    await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/csv; charset=utf-8' })
      // Cut within a letter and within quotes.
      const bytes = Buffer.from(csv)
      response.write(bytes.subarray(0, bytes.indexOf('ö') + 1))
      setTimeout(() => response.end(bytes.subarray(bytes.indexOf('ö') + 1)), 20)
    })
    const args = [
      'export',
      'a:b',
      '--tag',
      'floor:1',
      '--channel',
      'l1',
      '--from',
      '7d',
      '--to',
      '2026-02-01T00:00:00Z',
    ]
    const { code, out, err } = await rivulet(args, { cwd })
    expect(code).toBe(0)
    expect(out).toBe(csv)
    expect(err).toMatch(/^2 readings in \d+\.\d s\n$/)
    expect(gateway!.requests[0]!.url).toBe(
      '/api/readings?device=a%3Ab&channel=l1&tag=floor%3A1&format=csv&limit=all&from=7d&to=2026-02-01T00%3A00%3A00Z',
    )
  })

  it('writes NDJSON', async () => {
    const ndjson = '{"seq":1,"value":"5\\""}\n{"seq":2,"value":1}\n'
    await serve((response) => response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(ndjson))
    const { out, err } = await rivulet(['export', '--format', 'ndjson'], { cwd })
    expect(out).toBe(ndjson)
    expect(err).toMatch(/^2 readings in/)
  })

  it('fails when the gateway goes away before the end', async () => {
    await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/csv' })
      response.write(csv, () => response.destroy())
    })
    const { code, err } = await rivulet(['export'], { cwd })
    expect(code).toBe(1)
    expect(err).toMatch(/^rivulet: the gateway went away \(.*\), and the export is not complete; run it again\n$/)
  })
})
