import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { HttpDeps } from '../../src/http/server.ts'
import { download } from '../setup/slow-download.ts'
import { until } from '../setup/until.ts'
import { MemoryStore, reading, startServer } from './harness.ts'
import { openStream, readingsOf } from './read-events.ts'

const toClose: (() => unknown)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close()
})

async function start(deps: Partial<HttpDeps> = {}) {
  const started = await startServer(new MemoryStore(), deps)
  toClose.push(started.close)
  const open = async (token: string) => {
    const stream = await openStream(`${started.url}/api/stream`, { authorization: `Bearer ${token}` })
    toClose.push(stream.close)
    await stream.until((events) => events.length === 1)
    return stream
  }
  return { ...started, open }
}

it('ends the streams of a token that was revoked, and no others', async () => {
  const { store, tokens, url, open } = await start()
  const [one, two] = [await tokens.create({}), await tokens.create({})]
  const [revoked, kept] = [await open(one.token), await open(two.token)]
  const began = performance.now()
  tokens.revoke(one.id)
  await revoked.ended
  expect(performance.now() - began).toBeLessThan(5000)
  const again = await fetch(`${url}/api/stream`, { headers: { authorization: `Bearer ${one.token}` } })
  expect(again.status).toBe(401)
  store.append([reading()])
  expect(readingsOf(await kept.until((events) => events.length === 2))).toHaveLength(1)
})

it('ends the streams of a token that has expired', async () => {
  const { store, tokens, open } = await start()
  const { id, token } = await tokens.create({ expires: Date.now() + 3_600_000 })
  const stream = await open(token)
  const kept = JSON.parse(store.records.get('token', id)!)
  store.records.put('token', id, JSON.stringify({ ...kept, expires: Date.now() - 1 }))
  await stream.ended
})

it('cuts off who holds a stream open by not taking its end', async () => {
  const { store, tokens, port, url } = await start()
  const { id, token } = await tokens.create({})
  store.append(Array.from({ length: 100_000 }, () => reading({ value: 'x'.repeat(100) })))
  const socket = connect(port, '127.0.0.1')
  toClose.push(() => socket.destroy())
  socket.on('error', () => {})
  socket.write(`GET /api/stream?after=0 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`)
  await new Promise((resolve) => socket.once('readable', resolve))
  const streams = async () => /^rivulet_streams (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())![1]
  expect(await streams()).toBe('1')
  tokens.revoke(id)
  await until('the stream is gone', async () => (await streams()) === '0')
})

it('breaks off the download of a token that was revoked, where a slow client makes it last', async () => {
  const { store, tokens, url } = await start()
  const { id, token } = await tokens.create({})
  store.append(Array.from({ length: 300_000 }, () => reading({ value: 'x'.repeat(100) })))
  const answer = await download(`${url}/api/readings?limit=all&format=ndjson`, token)
  tokens.revoke(id)
  expect(await answer.end).toMatchObject({ error: 'aborted' })
})

it('breaks off a backup under way, and leaves nothing of it behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-revoked-'))
  toClose.push(() => rmSync(folder, { recursive: true }))
  const { store, tokens, url } = await start({ backupFolder: folder })
  const { id, token } = await tokens.create({ admin: true })
  store.backup = async (file) => writeFileSync(file, Buffer.alloc(32 * 1024 * 1024))
  const answer = await download(`${url}/api/backup`, token, 'POST')
  expect(readdirSync(folder)).toHaveLength(1)
  tokens.revoke(id)
  expect(await answer.end).toMatchObject({ error: 'aborted' })
  await until('the file is gone', () => readdirSync(folder).length === 0)
})

it('breaks off a backup that is still being made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-revoked-'))
  toClose.push(() => rmSync(folder, { recursive: true }))
  const { store, tokens, url } = await start({ backupFolder: folder })
  const { id, token } = await tokens.create({ admin: true })
  let made: (() => void) | undefined
  store.backup = async (file) => {
    writeFileSync(file, 'SQLite format 3\0')
    await new Promise<void>((resolve) => {
      made = resolve
    })
  }
  const headers = { authorization: `Bearer ${token}` }
  const answer = fetch(`${url}/api/backup`, { method: 'POST', headers }).catch((error: Error) => error.message)
  await until('it is being made', () => made !== undefined)
  tokens.revoke(id)
  expect(await answer).toBe('fetch failed')
  made!()
  await until('the file is gone', () => readdirSync(folder).length === 0)
})
