import { afterAll, expect, it } from 'vitest'
import { MemoryStore, reading, startServer } from './harness.ts'
import { ask } from './request.ts'

const day = (date: number) => Date.UTC(2026, 0, date)
const store = new MemoryStore()
store.append([1, 2, 3, 4, 5].map((date) => reading({ value: date, time: day(date) })))
store.append([
  reading({ device: 'test:two', metric: 'state', unit: null, value: 'on, "off"\r\nor\u0000 =1', channel: 'a' }),
])
// A device that stores and forwards brings an old time late.
store.append([reading({ value: 2.5, time: day(2) + 1000, quality: 'suspect' })])
const started = await startServer(store)
afterAll(() => started.close())

const get = (path: string, headers: Record<string, string> = {}) => ask(started, path, { headers })
const page = async (path: string) => {
  const answer = await get(path)
  expect(answer.status, answer.body).toBe(200)
  const json = answer.json() as { readings: { seq: number }[]; next: string; gap?: object }
  return { ...json, seqs: json.readings.map(({ seq }) => seq), link: answer.headers.link as string | undefined }
}

it('gives the readings of a time, late ones included, in the order of the log', async () => {
  expect((await page('/api/readings')).seqs).toEqual([1, 2, 3, 4, 5, 6, 7])
  const { seqs } = await page('/api/readings?from=2026-01-02T00:00:00Z&to=2026-01-04T00:00:00Z')
  expect(seqs).toEqual([2, 3, 7])
  expect((await page('/api/readings?device=test:t*&metric=state')).seqs).toEqual([6])
  expect((await page('/api/readings?from=2100-01-01T00:00:00Z')).seqs).toEqual([])
})

it('gives pages that lead from one to the next until there is no more', async () => {
  const seqs: number[] = []
  let path: string | undefined = '/api/readings?device=test:one&limit=2'
  let pages = 0
  while (path) {
    const { link, next, ...found } = await page(path)
    seqs.push(...found.seqs)
    path = link && /^<([^>]+)>; rel="next"$/.exec(link)?.[1]
    if (path) expect(new URLSearchParams(path.split('?')[1]).get('after')).toBe(next)
    pages++
  }
  expect(seqs).toEqual([1, 2, 3, 4, 5, 7])
  expect(pages).toBe(3)
})

it('continues after a position, and says what is not there any more', async () => {
  const run = store.runs[0]!.id
  expect(await page('/api/readings?after=5')).toMatchObject({ seqs: [6, 7], next: `${run}.7` })
  expect(await page(`/api/readings?after=${run}.6`)).toMatchObject({ seqs: [7] })
  expect(await page('/api/readings?after=zzzzzz.6&limit=1')).toMatchObject({ gap: { reason: 'epoch' }, seqs: [1] })
  const kept = new MemoryStore()
  kept.append([1, 2, 3].map((value) => reading({ value })))
  kept.retain(3)
  const other = await startServer(kept)
  const json = await ask(other, '/api/readings?after=0')
  expect(json.json()).toMatchObject({ gap: { from: 1, to: 2, reason: 'retention' }, readings: [{ seq: 3 }] })
  const csv = await ask(other, '/api/readings?after=0&format=csv')
  expect(csv.headers['rivulet-gap']).toBe('{"from":1,"to":2,"reason":"retention"}')
  await other.close()
})

it('says beside lines where to go on, which has no room among them', async () => {
  const run = store.runs[0]!.id
  const next = async (query: string) => (await get(`/api/readings?format=ndjson&${query}`)).headers['rivulet-next']
  expect(await next('limit=2')).toBe(`${run}.2`)
  expect(await next('device=test:two')).toBe(`${run}.7`)
  expect(await next('device=test:two&limit=all')).toBe(`${run}.7`)
  expect(await next(`after=${run}.7&limit=all`)).toBe(`${run}.7`)
  expect((await get('/api/readings')).headers).not.toHaveProperty('rivulet-next')
})

it('speaks JSON, NDJSON and CSV, by Accept or by name', async () => {
  const ndjson = await get('/api/readings?after=5', { accept: 'application/x-ndjson' })
  expect(ndjson.headers['content-type']).toMatch(/^application\/x-ndjson/)
  const lines = ndjson.body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ value }) => value)).toEqual(['on, "off"\r\nor\u0000 =1', 2.5])
  expect((await get('/api/readings', { accept: 'text/html,*/*' })).headers['content-type']).toMatch(
    /^application\/json/,
  )
  const csv = await get('/api/readings?after=5', { accept: 'text/csv' })
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8')
  expect(csv.body).toBe(
    'seq,time,device,metric,channel,value,unit,quality\r\n' +
      '6,2026-11-22T10:00:00.000Z,test:two,state,a,"on, ""off""\r\nor\u0000 =1",,\r\n' +
      '7,2026-01-02T00:00:01.000Z,test:one,temperature,,2.5,Cel,suspect\r\n',
  )
  expect((await get('/api/readings?format=csv&limit=1')).headers.link).toContain('format=csv')
})

it('gives everything in one answer for a download', async () => {
  const csv = await get('/api/readings?format=csv&limit=all&from=2026-01-02T00:00:00Z&to=2026-01-04T00:00:00Z')
  expect(csv.body.split('\r\n').map((line) => line.split(',')[0])).toEqual(['seq', '2', '3', '7', ''])
  expect(csv.headers['content-disposition']).toMatch(/^attachment; filename="readings-\d{4}-\d\d-\d\d\.csv"$/)
  expect(csv.headers).not.toHaveProperty('link')
  const many = new MemoryStore()
  many.append(Array.from({ length: 10_000 }, (_, value) => reading({ value })))
  many.retain(11)
  const other = await startServer(many)
  const ndjson = await ask(other, '/api/readings?format=ndjson&limit=all&after=0')
  expect(ndjson.body.trimEnd().split('\n')).toHaveLength(9990)
  expect(ndjson.headers['rivulet-gap']).toBe('{"from":1,"to":10,"reason":"retention"}')
  await other.close()
})

it('breaks a download off rather than end it as if it were complete', async () => {
  const many = new MemoryStore()
  many.append(Array.from({ length: 10_000 }, (_, value) => reading({ value })))
  const read = many.read.bind(many)
  many.read = (after, ...rest) => {
    if (after > 4000) many.retain(9000)
    return read(after, ...rest)
  }
  const other = await startServer(many)
  const answer = await fetch(`${other.url}/api/readings?format=csv&limit=all`)
  await expect(answer.text()).rejects.toThrow()
  await other.close()
})

it('refuses what it does not understand', async () => {
  for (const query of [
    'limit=0',
    'limit=10001',
    'limit=1e3',
    'limit=all',
    'format=xml',
    'from=now',
    'after=-1',
    'since=1h',
    'to=2026-01-01',
  ]) {
    const answer = await get(`/api/readings?${query}`)
    expect([answer.status, answer.headers['content-type']], query).toEqual([400, 'application/problem+json'])
  }
})
