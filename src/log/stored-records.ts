import { existsSync, rmSync } from 'node:fs'
import { lock, openForReading } from './database.ts'
import { explain } from './explain.ts'
import { KeptRecords } from './kept-records.ts'
import { checkOwner } from './schema.ts'
import type { Records } from './store.ts'

/**
 * The records of a database that no gateway has open. Nothing of it is changed, and nothing that is put into them is kept.
 * @throws GatewayError `conflict`: a gateway has it open, or a newer version has written it; `corrupt`: it cannot be read
 */
export function storedRecords(file: string): Records {
  const release = lock(file)
  const isAlone = !existsSync(`${file}-wal`)
  try {
    const db = openForReading(file)
    try {
      checkOwner(db)
      const stored = db.prepare('SELECT kind, key, value FROM record').raw().all() as [string, string, string][]
      return new KeptRecords(stored, () => undefined)
    } finally {
      db.close()
      // A connection that only reads leaves what it made beside the database.
      if (isAlone) for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true })
    }
  } catch (error) {
    throw explain(error, file)
  } finally {
    release()
  }
}
