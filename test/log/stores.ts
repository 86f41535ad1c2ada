import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { openStore, type StoreOptions } from '../../src/log/open-store.ts'
import type { SqliteStore } from '../../src/log/sqlite-store.ts'

/** A folder of its own for each test of the file, and stores that are closed after it. */
export function useStores() {
  const stores = new Set<SqliteStore>()
  const place = {
    folder: '',
    get file() {
      return join(place.folder, 'rivulet.db')
    },
    async open(options: Partial<StoreOptions> = {}): Promise<SqliteStore> {
      const store = await openStore({ folder: place.folder, ringReadings: 2, commit: { ageMs: 20 }, ...options })
      stores.add(store)
      return store
    },
  }
  beforeEach(async () => {
    place.folder = await mkdtemp(join(tmpdir(), 'rivulet-log-'))
  })
  afterEach(async () => {
    await Promise.all([...stores].map((store) => store.close()))
    stores.clear()
    await rm(place.folder, { recursive: true, force: true })
  })
  return place
}
