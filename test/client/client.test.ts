import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { socketFetch } from '../../src/client/socket.ts'
import { type Answer, beginStream, type FakeGateway, reading, startFakeGateway } from './fake-gateway.ts'

let gateway: FakeGateway
afterEach(() => gateway.close())

async function connect(answer: Answer, path = '') {
  gateway = await startFakeGateway(answer)
  return createClient({ url: gateway.url + path })
}

const json: (value: unknown) => Answer = (value) => (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

describe('a client', () => {
  it('lists devices, behind a path that a proxy adds as well', async () => {
    const client = await connect(json([{ id: 'a:b' }]), '/rivulet/')
    expect(await client.devices()).toEqual([{ id: 'a:b' }])
    expect(gateway.requests[0]!.url).toBe('/rivulet/api/devices')
  })

  it('reads stored readings to the end, page by page', async () => {
    const pages = [
      { readings: [{ seq: 1 }, { seq: 2 }], next: 'run.2', gap: { from: 0, to: 0, reason: 'retention' } },
      { readings: [], next: 'run.9' },
      { readings: [{ seq: 10 }], next: 'run.12' },
    ]
    const client = await connect((response, _, attempt) => {
      const link = attempt < 3 ? { link: '</api/readings?x>; rel="next"' } : {}
      response.writeHead(200, { 'content-type': 'application/json', ...link }).end(JSON.stringify(pages[attempt - 1]))
    })
    const gaps: unknown[] = []
    const seqs: number[] = []
    for await (const { seq } of client.readings({
      device: 'a:b',
      tag: ['floor:1', 'lit'],
      from: 'f',
      to: 't',
      pageSize: 2,
      onGap: (gap) => gaps.push(gap),
    }))
      seqs.push(seq)
    expect(seqs).toEqual([1, 2, 10])
    expect(gaps).toEqual([{ from: 0, to: 0, reason: 'retention' }])
    expect(gateway.requests.map(({ url }) => url)).toEqual([
      '/api/readings?device=a%3Ab&tag=floor%3A1&tag=lit&limit=2&from=f&to=t',
      '/api/readings?device=a%3Ab&tag=floor%3A1&tag=lit&limit=2&from=f&to=t&after=run.2',
      '/api/readings?device=a%3Ab&tag=floor%3A1&tag=lit&limit=2&from=f&to=t&after=run.9',
    ])
  })

  it('says when nobody answers, or somebody else', async () => {
    const page = await connect((response) => response.writeHead(200).end('<html>hello'))
    await expect(page.devices()).rejects.toThrow(`${gateway.url} answers, but is no Rivulet gateway`)
    await gateway.close()
    await expect(page.devices()).rejects.toThrow(`no gateway answers at ${gateway.url} (ECONNREFUSED)`)
    const cut = await connect((response) => {
      response.writeHead(200, { 'content-length': 100 }).write('[{"id":')
      setTimeout(() => response.destroy(), 10)
    })
    await expect(cut.devices()).rejects.toMatchObject({ name: 'ClientError', status: 0 })
    await gateway.close()
    const other = await connect(json({ hello: 1 }))
    await expect(other.devices()).rejects.toThrow("the gateway's answer holds no list of devices")
  })
})

describe('over a Unix socket', () => {
  it('lists and follows as over TCP, and closes what it opened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-socket-'))
    const path = join(folder, 's.sock')
    gateway = await startFakeGateway((response, request, attempt) => {
      if (request.url === '/api/devices') return json([{ id: 'a:b' }])(response, request, attempt)
      beginStream(response)
      response.write(reading(1))
    }, path)
    const client = createClient({ url: 'http://localhost', fetch: socketFetch(path) })
    expect(await client.devices()).toEqual([{ id: 'a:b' }])
    for await (const event of client.follow()) {
      expect(event).toMatchObject({ id: 'run.1' })
      break
    }
    await expect.poll(() => gateway.open).toBe(0)
    await gateway.close()
    await expect(client.devices()).rejects.toThrow(/no gateway answers/)
    rmSync(folder, { recursive: true })
  })
})
