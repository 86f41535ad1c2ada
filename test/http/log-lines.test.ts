import pino from 'pino'
import { expect, it } from 'vitest'
import { MemoryStore, reading, startServer } from './harness.ts'
import { ask } from './request.ts'

/** A store whose disk fails from some moment on. */
class FailingStore extends MemoryStore {
  failing = false

  override async read(...args: Parameters<MemoryStore['read']>) {
    if (!this.failing) return super.read(...args)
    throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR' })
  }
}

it('writes no token into the log, wherever one is sent and whatever goes wrong', async () => {
  const lines: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line) => void lines.push(line) })
  const store = new FailingStore()
  const { port, server, tokens, close } = await startServer(store, { logger })
  const outside = await server.listen({ host: '127.0.0.1', port: 0 })
  store.append([reading()])
  store.failing = true
  const { token, id } = await tokens.create({ admin: true })
  const wrong = `rvl_${id}_${'w'.repeat(43)}`
  const paths = ['/', '/api/stream?after=0', '/api/readings', '/api/devices/x', '/nothing', '/%E0', '/api/tokens']
  for (const secret of [token, wrong]) {
    for (const path of paths) {
      const search = `${path.includes('?') ? '&' : '?'}token=${secret}`
      await ask({ port }, path + search)
      await ask({ port: outside.port }, path, { headers: { authorization: `Bearer ${secret}` } })
      await ask({ port }, path, { headers: { authorization: `Basic ${secret}`, host: secret } })
      await ask({ port }, path, { method: 'POST', headers: { cookie: `rivulet_token=${secret}` }, body: secret })
    }
  }
  const made = await ask({ port }, '/api/tokens', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  await close()
  const log = lines.join('')
  expect(log).toContain('disk I/O error')
  for (const secret of [token, wrong, (made.json() as { token: string }).token])
    expect(log).not.toContain(secret.slice(-43))
})
