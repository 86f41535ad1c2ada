import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { compilePreload } from '../setup/preload.ts'

/** What fails, and how; what is left out works. */
export interface DiskFault {
  readonly write?: ErrorName
  readonly sync?: ErrorName
  readonly read?: ErrorName
}
type ErrorName = 'EIO' | 'ENOSPC'

/** A data folder whose file calls are recorded, and fail when the test says so: see disk.c. */
export interface Disk {
  readonly data: string
  /** To be given to the gateway. */
  readonly env: NodeJS.ProcessEnv
  /** From now on these calls fail, and no others. */
  fail(fault: DiskFault): void
  /** Bytes recorded until now: a moment, by which what was acknowledged before it is told from what was later. */
  readonly recorded: number
  record(): Buffer
  remove(): void
}

export function openDisk(): Disk {
  const folder = mkdtempSync(join(tmpdir(), 'rivulet-disk-'))
  const [data, record, control] = [join(folder, 'data'), join(folder, 'record'), join(folder, 'control')]
  writeFileSync(record, '')
  // Written in place: the gateway has it mapped.
  const fail = ({ write, sync, read }: DiskFault) => {
    const bytes = [write, sync, read].map((name) => (name ? constants.errno[name] : 0))
    writeFileSync(control, Uint8Array.from([...bytes, 0]), { flag: 'r+' })
  }
  writeFileSync(control, new Uint8Array(4))
  return {
    data,
    env: {
      LD_PRELOAD: compilePreload('test/faults/disk.c'),
      DISK_FOLDER: data,
      DISK_RECORD: record,
      DISK_CONTROL: control,
    },
    fail,
    get recorded() {
      return statSync(record).size
    },
    record: () => readFileSync(record),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
