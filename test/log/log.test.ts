import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/log/open-store.ts'
import { describeLog, type TestedLog } from './contract.ts'
import { MemoryLog } from './memory-log.ts'

describeLog('a log in memory', async () => {
  const log = new MemoryLog()
  return { log, retain: async (floor) => log.retain(floor), close: async () => undefined }
})

describeLog('a log on disk, with two readings in memory', () => open(2))

describeLog('a log on disk, with all of its readings in memory', () => open(65_536))

async function open(ringReadings: number): Promise<TestedLog> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-log-'))
  const log = await openStore({ folder, ringReadings, commit: { ageMs: 20 } })
  return {
    log,
    retain: (floor) => log.dropBelow(floor),
    close: async () => {
      await log.close()
      await rm(folder, { recursive: true })
    },
  }
}
