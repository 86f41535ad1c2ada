import { constants, existsSync } from 'node:fs'
import { access, chmod, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { GatewayError } from '../errors.ts'

/**
 * Copies a database while it is written on: SQLite carries every change of this connection into the copy.
 * @throws GatewayError `conflict` when the file exists, `unavailable` when its folder cannot be written
 */
export async function backUp(db: Database.Database, file: string): Promise<void> {
  if (existsSync(file)) throw new GatewayError('conflict', `${file} exists already`, 'name a new file')
  await access(dirname(file), constants.W_OK).catch((error: Error) => {
    throw new GatewayError('unavailable', `cannot write ${file} (${error.message})`, 'name a file in another folder')
  })
  const partial = `${file}.partial`
  try {
    await db.backup(partial)
    await chmod(partial, 0o600)
    await rename(partial, file)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}
