import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../../config/config.ts'
import { isOnReadOnlyDisk, readOnlyHint } from '../../folder.ts'
import { lineOf } from '../../log/explain.ts'
import { KeptRecords } from '../../log/kept-records.ts'
import { salvage } from '../../log/salvage/salvage.ts'
import type { Records } from '../../log/store.ts'
import { storedRecords } from '../../log/stored-records.ts'
import { type Finding, megabytes, note, ok, wrong } from './finding.ts'

/** Less room than this, and the next hour may fill it: a commit, its write-ahead log and the rollups. */
const roomBytes = 100e6

/** Some 400,000 readings, which are looked over in a few seconds even on a small board. */
const lookedOverMax = 10e6

/** The folder of the database, and whether this user can see what is in it, now or once it is made. */
export function lookAtFolder(path: string): { readonly finding: Finding; readonly canBeSeen: boolean } {
  const place = existsSync(path) ? path : above(path)
  return { finding: folder(path, place), canBeSeen: statSync(place).isDirectory() && may(place, constants.X_OK) }
}

/** What is wrong with the database that no gateway has open, and what it holds beside readings; null where that cannot be read. */
export function lookAtDatabase(data: string): { readonly broken: Finding[]; readonly records: Records | null } {
  const file = join(data, 'rivulet.db')
  try {
    if (!existsSync(file)) return { broken: [], records: new KeptRecords([], () => undefined) }
    return {
      records: storedRecords(file),
      broken: [pages(data, statSync(file).size)].filter((found) => found !== null),
    }
  } catch (error) {
    return { broken: [wrong('log', lineOf(error as Error))], records: null }
  }
}

/** What is wrong with single pages: of a large database only where to ask for that. */
function pages(data: string, bytes: number): Finding | null {
  if (bytes > lookedOverMax)
    return note('log', `large; to have every page of it looked at: rivulet check --data ${data}`)
  const { problems } = salvage(data)
  if (problems.length === 0) return null
  const [first] = problems
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''
  return wrong('log', `damaged: ${first}${rest}; save the rest with: rivulet check --data ${data} --salvage FILE`)
}

function folder(path: string, place: string): Finding {
  if (!statSync(place).isDirectory()) return wrong('data', `${place} is no folder; choose another with --data`)
  if (isOnReadOnlyDisk(place)) return wrong('data', `the disk of ${place} is mounted read-only; ${readOnlyHint}`)
  if (!may(place, constants.W_OK | constants.X_OK))
    return wrong(
      'data',
      `this user may not write to ${place}; run this as the user it belongs to or as root, or choose another with --data`,
    )
  if (place !== path) return ok('data', `${path} will be made at the first start`)
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) !== 0)
    return wrong('data', `${path} is open to other users (mode ${mode.toString(8)}); chmod 700 ${path}`)
  return ok('data', `${path}, for this user only`)
}

export function disk({ data, log }: Config): Finding {
  const { bavail, bsize } = statfsSync(existsSync(data) ? data : above(data))
  const free = bavail * bsize
  const used = ['rivulet.db', 'rivulet.db-wal'].reduce(
    (sum, name) => sum + (statSync(join(data, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
  const text = `${megabytes(free)} free, database ${megabytes(used)} of at most ${megabytes(log.keep.bytes)}`
  if (free < roomBytes)
    return wrong(
      'disk',
      `${text}: nearly full; make room${used > roomBytes ? `, or set log.keep.size below ${megabytes(used)}` : ''}`,
    )
  if (free + used < log.keep.bytes)
    return note(
      'disk',
      `${text}: it would be full before; set log.keep.size to ${megabytes((free + used) * 0.8)} or less`,
    )
  return ok('disk', text)
}

/** The nearest place above that is there. */
function above(path: string): string {
  const parent = dirname(path)
  return existsSync(parent) || parent === path ? parent : above(parent)
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}
