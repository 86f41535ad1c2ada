import { DeviceDirectory } from '../../src/feed/devices.ts'
import { createHttpServer, type HttpDeps } from '../../src/http/server.ts'
import { TokenStore } from '../../src/http/tokens.ts'
import type { Quarantine, Records, Rejected, SeriesHistory, Store, StoreHealth } from '../../src/log/store.ts'
import type { LoggedReading, Reading } from '../../src/reading.ts'
import { MemoryLog } from '../log/memory-log.ts'

/** A store that keeps nothing: the memory log with the small things beside it. */
export class MemoryStore extends MemoryLog implements Store {
  readonly records: Records = new MemoryRecords()
  readonly quarantine: Quarantine = new MemoryQuarantine()

  async latest(): Promise<readonly LoggedReading[]> {
    const newest = new Map<string, LoggedReading>()
    const { readings } = await this.read(this.floor - 1, null, Number.POSITIVE_INFINITY)
    for (const reading of readings)
      newest.set(JSON.stringify([reading.device, reading.metric, reading.channel, reading.unit]), reading)
    return [...newest.values()]
  }

  async history(): Promise<readonly SeriesHistory[]> {
    return []
  }

  get believedTime(): number {
    return Date.now()
  }

  health(): StoreHealth {
    return {
      state: 'ok',
      uncommitted: 0,
      saturated: false,
      databaseBytes: 4096,
      walBytes: 0,
      commits: 1,
      commitErrors: 0,
      lastCommitMs: 1,
      readErrors: 0,
      leftOpen: false,
    }
  }

  async backup(_file: string): Promise<void> {}

  async close(): Promise<number> {
    return this.head
  }
}

class MemoryRecords implements Records {
  readonly #kinds = new Map<string, Map<string, string>>()

  get(kind: string, key: string): string | undefined {
    return this.#kinds.get(kind)?.get(key)
  }

  all(kind: string): ReadonlyMap<string, string> {
    return this.#kinds.get(kind) ?? new Map()
  }

  put(kind: string, key: string, value: string): void {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? new Map()).set(key, value))
  }

  delete(kind: string, key: string): void {
    this.#kinds.get(kind)?.delete(key)
  }
}

class MemoryQuarantine implements Quarantine {
  readonly #entries: (Rejected & { readonly id: number })[] = []

  add(entry: Rejected): void {
    this.#entries.unshift({ ...entry, id: this.#entries.length + 1 })
  }

  async list({ limit, before = Number.POSITIVE_INFINITY }: { limit: number; before?: number }) {
    return this.#entries.filter(({ id }) => id < before).slice(0, limit)
  }
}

const silent = { info() {}, warn() {}, error() {} }

/** A server on a free loopback port over a store in memory. */
export async function startServer<S extends Store = MemoryStore>(
  store: S = new MemoryStore() as Store as S,
  deps: Partial<HttpDeps> = {},
) {
  const directory = await DeviceDirectory.open(store)
  const tokens = deps.tokens ?? new TokenStore(store.records)
  const server = createHttpServer({
    store,
    directory,
    tokens,
    users: null,
    inputs: () => [],
    ports: async () => [],
    clock: { synced: true, steppedMs: 0 },
    intake: { frames: 0, readings: 0, redelivered: 0, rejected: new Map() },
    logger: silent,
    version: '0.0.0',
    pageFolder: '/nowhere',
    backupFolder: '/nowhere',
    ...deps,
    options: { anonymous: false, hosts: [], origins: [], maxStreams: 10_000, ...deps.options },
  })
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    store,
    directory,
    tokens,
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await server.close()
      directory.close()
    },
  }
}

export function reading(fields: Partial<Reading> = {}): Reading {
  return {
    device: 'test:one',
    metric: 'temperature',
    unit: 'Cel',
    value: 21.5,
    time: Date.UTC(2026, 10, 22, 10),
    ...fields,
  }
}
