import { GatewayError } from '../../src/errors.ts'
import type { Store, StoreHealth } from '../../src/log/store.ts'

/** Who asks: on loopback, from elsewhere without a token, with one to read everything, and with one for another device. */
export type Caller = 'owner' | 'stranger' | 'reader' | 'neighbour'

export interface Case {
  readonly as?: Caller
  /** What stands in the place of `{id}` or `{name}`. */
  readonly of?: string
  readonly query?: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
  /** Breaks something for this one request. */
  readonly given?: (store: Store) => () => void
  readonly status: number
}

/** Puts something else in the place of a part of the store, until it is called back. */
function instead<K extends keyof Store>(name: K, by: Store[K]): (store: Store) => () => void {
  return (store) => {
    const before = store[name]
    Object.assign(store, { [name]: by })
    return () => Object.assign(store, { [name]: before })
  }
}

const fails = (error: Error) => () => Promise.reject(error)
const away = new GatewayError('unavailable', 'the disk is away', 'wait')
const damaged = new GatewayError('corrupt', 'the database is damaged', 'see the README')
const unwell: StoreHealth = {
  state: 'failed',
  detail: 'gone',
  unreadable: 'here',
  undropped: 'there',
  uncommitted: 0,
  saturated: false,
  databaseBytes: 0,
  walBytes: 0,
  commits: 0,
  commitErrors: 1,
  lastCommitMs: 0,
  readErrors: 1,
  leftOpen: false,
}
const user = { name: 'kitchen', password: 'long enough' }
/** Every answer that each operation can be brought to give, in an order in which they follow from each other. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  'GET /api/devices': [{ status: 200 }],
  'GET /api/devices/{id}': [
    { of: 'test:one', status: 200 },
    { of: 'test:none', status: 404 },
    { of: 'test:one', as: 'neighbour', status: 404 },
  ],
  'PATCH /api/devices/{id}': [
    { of: 'test:one', body: { name: 'One', tags: { floor: 1 }, hidden: true }, status: 200 },
    { of: 'test:one', body: { nome: 'One' }, status: 400 },
    { of: 'test:none', body: {}, status: 404 },
    { of: 'test:one', body: {}, headers: { origin: 'https://elsewhere.example' }, status: 403 },
  ],
  'GET /api/devices/{id}/stream': [
    { of: 'test:one', status: 200 },
    { of: 'test:one', query: 'device=x', status: 400 },
    { of: 'a%2Fb', status: 404 },
  ],
  'GET /api/stream': [
    { status: 200 },
    { query: 'after=x', status: 400 },
    { query: 'last=1', given: instead('seekLast', fails(away)), status: 200 },
  ],
  'GET /api/readings': [
    { status: 200 },
    { query: 'after=zzzz.5&limit=1', status: 200 },
    { query: 'format=ndjson&limit=1&after=zzzz.5', status: 200 },
    { headers: { accept: 'text/csv' }, query: 'limit=all', status: 200 },
    { query: 'limit=0', status: 400 },
    { query: 'limit=all', status: 400 },
    { given: instead('read', fails(away)), status: 503 },
    { given: instead('read', fails(damaged)), status: 500 },
    { given: instead('read', fails(new Error('a secret'))), status: 500 },
  ],
  'GET /api/history': [
    { status: 200 },
    { query: 'from=1d&points=2', status: 200 },
    { query: 'points=0', status: 400 },
    { given: instead('history', fails(away)), status: 503 },
  ],
  'GET /api/rejected': [{ status: 200 }, { query: 'limit=0', status: 400 }, { as: 'neighbour', status: 403 }],
  'POST /api/tokens': [
    { body: { name: 'panel', read: ['test:*'], expires: '90d' }, status: 201 },
    { body: { expires: 'soon' }, status: 400 },
  ],
  'GET /api/tokens': [{ status: 200 }],
  'DELETE /api/tokens/{id}': [
    { of: 'made', status: 204 },
    { of: 'none', status: 404 },
  ],
  'POST /api/users': [
    { body: user, status: 201 },
    { body: user, status: 409 },
    { body: { ...user, password: 'short' }, status: 400 },
  ],
  'GET /api/users': [{ status: 200 }],
  'PUT /api/users/{name}': [
    { of: 'kitchen', body: { password: 'another one' }, status: 204 },
    { of: 'nobody', body: { password: 'another one' }, status: 404 },
    { of: 'kitchen', body: {}, status: 400 },
  ],
  'DELETE /api/users/{name}': [
    { of: 'kitchen', status: 204 },
    { of: 'kitchen', status: 404 },
  ],
  'POST /api/backup': [{ status: 200 }, { given: instead('backup', fails(away)), status: 503 }],
  'GET /api/ports': [{ status: 200 }],
  'GET /healthz': [{ status: 200 }],
  'GET /readyz': [
    { status: 200 },
    { given: instead('health', () => unwell), status: 503 },
    { as: 'stranger', status: 200 },
  ],
  'GET /metrics': [{ status: 200 }],
  'GET /api/openapi.json': [{ status: 200 }],
  'DELETE /api/devices/{id}': [
    { of: 'test:none', status: 404 },
    { of: 'test:one', status: 204 },
  ],
}
