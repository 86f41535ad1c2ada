import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { BrokerUsers } from '../../src/broker-users.ts'
import { openStore } from '../../src/log/open-store.ts'
import type { Store } from '../../src/log/store.ts'
import { type Caller, type Case, cases } from './every-answer.ts'
import { reading, startServer } from './harness.ts'

type Schema = z.core.JSONSchema.JSONSchema
type Content = Readonly<Record<string, { readonly schema: Schema }>>
interface Described {
  readonly content?: Content
  readonly headers?: Readonly<Record<string, unknown>>
}
interface Operation {
  readonly summary: string
  readonly security?: unknown
  readonly responses: Readonly<Record<string, Described>>
}
interface Api {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** A gateway with one of everything, on disk. */
let folder: string
let store: Store
let server: Awaited<ReturnType<typeof startServer<Store>>>
let api: Api
/** Where they ask, and with which token. */
let callers: Record<Caller, { readonly url: string; readonly token?: string }>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openapi-'))
  store = await openStore({ folder })
  const time = Date.now() - 1000
  store.append([
    reading({ time }),
    reading({ time, channel: 'out', value: 3, quality: 'suspect' }),
    reading({ time, metric: 'contact', value: true, unit: null }),
  ])
  const message = { time, source: 'broker', subject: 'a/b', where: 'message', payload: Buffer.from('{"a":') }
  store.quarantine.add({ ...message, reason: 'json_syntax' })
  const input = { name: 'broker', kind: 'broker', status: 'connected', since: 1, received: 3, dropped: 0 }
  const port = { path: '/dev/ttyUSB0', port: '/dev/serial/by-id/usb-1', profiles: ['lines'], configured: false }
  server = await startServer(store, {
    inputs: () => [input],
    ports: async () => [{ ...port, usb: { vendor: '1a86', product: '7523' }, lines: 'serial:' }],
    users: new BrokerUsers(store.records, []),
    backupFolder: folder,
  })
  server.directory.seen('test:one', 'lines', 'broker')
  const reader = await server.tokens.create({})
  const neighbour = await server.tokens.create({ read: ['test:two'] })
  const { port: open } = await server.server.listen({ host: '0.0.0.0', port: 0 })
  callers = {
    owner: { url: server.url },
    stranger: { url: `http://127.0.0.1:${open}` },
    reader: { url: server.url, token: reader.token },
    neighbour: { url: server.url, token: neighbour.token },
  }
  await store.durable(store.head)
  api = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as Api
})
afterAll(async () => {
  await server.close()
  await store.close()
  await rm(folder, { recursive: true })
})

interface Given {
  readonly status: number
  readonly headers: Headers
  readonly type: string
  /** Absent where there is none, and of a stream, which does not end. */
  readonly body?: string
}

async function ask(operation: string, { as = 'owner', of = '', query, body, headers, given }: Case): Promise<Given> {
  const [method, template] = operation.split(' ') as [string, string]
  const { url, token } = callers[as]
  const back = given?.(store)
  try {
    const response = await fetch(`${url}${template.replace(/\{\w+\}/, of)}${query === undefined ? '' : `?${query}`}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const type = (response.headers.get('content-type') ?? '').split(';')[0]!
    const { status, headers: said } = response
    if (type !== 'text/event-stream' || !response.body)
      return { status, headers: said, type, body: await response.text() }
    await response.body.cancel()
    return { status, headers: said, type }
  } finally {
    back?.()
  }
}

/** A schema as it is described, which refuses what it does not describe. */
function strict(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (_, part) =>
    part && typeof part === 'object' && 'properties' in part ? { additionalProperties: false, ...part } : part,
  )
}

function schemaOf({ $ref, ...schema }: Schema): Schema {
  return $ref === undefined ? schema : api.components.schemas[$ref.split('/').at(-1)!]!
}

/** Holds an answer against its description. Returns what of the description it has shown. */
function judge(operation: string, { status, headers, type, body }: Given): string[] {
  const [method, path] = operation.split(' ') as [string, string]
  const { responses } = api.paths[path]![method.toLowerCase()]!
  const described = responses[status] ?? responses.default!
  const what = `${operation} ${status} ${type} ${body?.slice(0, 200)}`
  const shown = [`${operation} ${status} ${type}`]
  for (const name of Object.keys(described.headers ?? {})) if (headers.has(name)) shown.push(`${operation} ${name}`)
  if (described.content === undefined) {
    expect([type, body], what).toEqual(['', ''])
    return shown
  }
  expect(Object.keys(described.content), what).toContain(type)
  expect(headers.get('cache-control'), what).toMatch(/^no-(store|cache, no-transform)$/)
  if (!/^application\/(problem\+)?json$/.test(type) || path === '/api/openapi.json') return shown
  const value: unknown = JSON.parse(body!)
  const { error } = z.fromJSONSchema(strict(schemaOf(described.content[type]!.schema))).safeParse(value)
  expect(error?.issues, what).toBeUndefined()
  if (type === 'application/problem+json') {
    expect(value, what).toMatchObject({ status })
    expect(body).not.toContain('a secret')
    expect(headers.has('www-authenticate'), what).toBe(status === 401)
  }
  return shown
}

/** What there is to be shown: each status with each of its types, and each header. */
function promises(): string[] {
  return operations().flatMap(([operation, { responses }]) =>
    Object.entries(responses).flatMap(([status, { content, headers }]) =>
      status === 'default'
        ? []
        : [
            ...Object.keys(content ?? { '': null }).map((type) => `${operation} ${status} ${type}`),
            ...Object.keys(headers ?? {}).map((name) => `${operation} ${name}`),
          ],
    ),
  )
}

function operations(): [name: string, Operation][] {
  return Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )
}

it('answers every operation as the description says, whatever it can be brought to answer', async () => {
  expect(Object.keys(cases).sort()).toEqual(
    operations()
      .map(([name]) => name)
      .sort(),
  )
  const shown = new Set<string>()
  let made = ''
  for (const [operation, list] of Object.entries(cases))
    for (const one of list) {
      const given = await ask(operation, one.of === 'made' ? { ...one, of: made } : one)
      expect(given.status, `${operation} ${JSON.stringify(one)} ${given.body}`).toBe(one.status)
      for (const part of judge(operation, given)) shown.add(part)
      if (operation === 'POST /api/tokens' && given.status === 201)
        made = (JSON.parse(given.body!) as { id: string }).id
    }
  expect(promises().filter((part) => !shown.has(part))).toEqual([])
})

it('refuses who may not, in the words of the description, before anything else is looked at', async () => {
  for (const [operation, { security, summary }] of operations()) {
    if (security === undefined) continue
    const refused = await ask(operation, { as: 'stranger', of: 'x', status: 401 })
    expect(refused.status, operation).toBe(401)
    judge(operation, refused)
    if (!summary.endsWith('(admin)')) continue
    const forbidden = await ask(operation, { as: 'reader', of: 'x', status: 403 })
    expect(forbidden.status, operation).toBe(403)
    judge(operation, forbidden)
  }
})

it('answers HEAD as it would GET, without a body', async () => {
  for (const [operation, list] of Object.entries(cases)) {
    const [one] = list
    if (!operation.startsWith('GET ') || !one) continue
    const got = await ask(operation, one)
    const { status, type, body } = await ask(operation.replace('GET', 'HEAD'), one)
    expect([status, type, body ?? ''], operation).toEqual([got.status, got.type, ''])
  }
})

it('names what is possible where a method is not', async () => {
  for (const path of Object.keys(api.paths)) {
    const answer = await fetch(server.url + path.replace(/\{\w+\}/, 'x'), { method: 'REPORT' })
    const allowed = answer.headers
      .get('allow')!
      .split(', ')
      .filter((method) => method !== 'HEAD')
    expect([answer.status, allowed.sort()], path).toEqual([
      405,
      Object.keys(api.paths[path]!)
        .map((method) => method.toUpperCase())
        .sort(),
    ])
  }
})
