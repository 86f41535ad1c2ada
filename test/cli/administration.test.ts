import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeGateway, startFakeGateway } from '../client/fake-gateway.ts'
import { rivulet } from './run.ts'

interface Asked {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly body: unknown
}

let cwd: string
let gateway: FakeGateway
let asked: Asked[]
/** What the gateway answers: a status and a body. */
let answer: readonly [number, unknown]

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rivulet-admin-'))
  mkdirSync(join(cwd, 'data'))
  asked = []
  gateway = await startFakeGateway(
    async (response, request) => {
      const body = await text(request)
      asked.push({ method: request.method, url: request.url, body: body === '' ? undefined : JSON.parse(body) })
      const [status, value] = answer
      response.writeHead(status).end(Buffer.isBuffer(value) || value === undefined ? value : JSON.stringify(value))
    },
    join(cwd, 'data/rivulet.sock'),
  )
})
afterEach(async () => {
  await gateway.close()
  rmSync(cwd, { recursive: true })
})

const made = { id: 'k3f9', name: 'panel', admin: false, read: ['z2m:*'], created: '2026-01-01T00:00:00.000Z' }

describe('rivulet token', () => {
  it('prints a new token alone, and what it may do beside it', async () => {
    answer = [201, { ...made, expires: '2026-04-01T00:00:00.000Z', token: 'rvl_k3f9_x' }]
    const args = ['token', 'create', '--name', 'panel', '--read', 'z2m:*', '--read', 'b', '--expires', '90d']
    expect(await rivulet(args, { cwd })).toEqual({
      code: 0,
      signal: null,
      out: 'rvl_k3f9_x\n',
      err: 'id k3f9, reads z2m:*, expires 2026-04-01T00:00:00.000Z; it is shown only now\n',
    })
    expect(asked).toEqual([
      { method: 'POST', url: '/api/tokens', body: { name: 'panel', read: ['z2m:*', 'b'], expires: '90d' } },
    ])
  })

  it('lists tokens', async () => {
    answer = [200, [made, { ...made, id: 'b', name: undefined, admin: true, read: ['*'] }]]
    expect((await rivulet(['token', 'list'], { cwd })).out).toBe(
      [
        'ID    NAME   RIGHTS                    CREATED                   EXPIRES',
        'k3f9  panel  reads z2m:*               2026-01-01T00:00:00.000Z  never',
        'b            admin, reads all devices  2026-01-01T00:00:00.000Z  never',
        '',
      ].join('\n'),
    )
  })

  it('revokes one', async () => {
    answer = [204, undefined]
    expect(await rivulet(['token', 'revoke', 'k3f9'], { cwd })).toMatchObject({ code: 0, err: 'token k3f9 is void\n' })
    answer = [404, { detail: 'there is no token x', hint: 'list them' }]
    expect(await rivulet(['token', 'revoke', 'x/y'], { cwd })).toMatchObject({
      code: 1,
      err: 'rivulet: there is no token x; list them\n',
    })
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'DELETE /api/tokens/k3f9',
      'DELETE /api/tokens/x%2Fy',
    ])
  })

  it('wants to know what to do with a token', async () => {
    const { code, err } = await rivulet(['token'], { cwd })
    expect(code).toBe(2)
    expect(err).toContain('Usage: rivulet token')
  })
})

describe('rivulet user', () => {
  it('takes the password from standard input, not from the command line', async () => {
    answer = [201, {}]
    await rivulet(['user', 'add', 'kitchen'], { cwd, input: 'open sesame\n' })
    await rivulet(['user', 'passwd', 'kitchen'], { cwd, input: 'abra\r\nrest' })
    await rivulet(['user', 'remove', 'kitchen'], { cwd })
    expect(asked).toEqual([
      { method: 'POST', url: '/api/users', body: { name: 'kitchen', password: 'open sesame' } },
      { method: 'PUT', url: '/api/users/kitchen', body: { password: 'abra' } },
      { method: 'DELETE', url: '/api/users/kitchen', body: undefined },
    ])
  })

  it('wants a password', async () => {
    expect(await rivulet(['user', 'add', 'kitchen'], { cwd })).toMatchObject({
      code: 2,
      err: 'rivulet: no password was given; type one, or pipe it in\n',
    })
    expect(asked).toEqual([])
  })

  it('lists users', async () => {
    answer = [200, [{ name: 'a' }, { name: 'b' }]]
    expect((await rivulet(['user', 'list'], { cwd })).out).toBe('a\nb\n')
  })
})

describe('rivulet backup', () => {
  const bytes = Buffer.alloc(300_000, 'x')

  it('writes a new file that only its owner may read', async () => {
    answer = [200, bytes]
    const { code, err } = await rivulet(['backup', 'copy.db'], { cwd })
    expect({ code, err }).toEqual({ code: 0, err: `${cwd}/copy.db: 300 kB\n` })
    expect(readFileSync(join(cwd, 'copy.db'))).toEqual(bytes)
    expect(statSync(join(cwd, 'copy.db')).mode & 0o777).toBe(0o600)
    expect(asked).toEqual([{ method: 'POST', url: '/api/backup', body: undefined }])
    expect(readdirSync(cwd).sort()).toEqual(['copy.db', 'data'])
  })

  it('never replaces a file', async () => {
    writeFileSync(join(cwd, 'copy.db'), 'mine')
    expect(await rivulet(['backup', 'copy.db'], { cwd })).toMatchObject({
      code: 1,
      err: `rivulet: ${cwd}/copy.db is already there; choose another name\n`,
    })
    expect(readFileSync(join(cwd, 'copy.db'), 'utf8')).toBe('mine')
    expect(asked).toEqual([])
  })

  it('leaves nothing behind when it cannot write', async () => {
    answer = [200, bytes]
    const { code, err } = await rivulet(['backup', 'nowhere/copy.db'], { cwd })
    expect(code).toBe(1)
    expect(err).toMatch(/^rivulet: .*nowhere\/copy.db.*create the folder.*\n$/)
  })
})
