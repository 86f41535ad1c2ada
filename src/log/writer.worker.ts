import { workerData } from 'node:worker_threads'
import type { WriterTable } from './messages.ts'
import { serve } from './thread.ts'
import { Writer } from './writer.ts'

let writer: Writer

serve<WriterTable>({
  open: ({ run, now, rejectedMax }) => {
    writer = new Writer(workerData as string, rejectedMax)
    return writer.begin(run, now)
  },
  commit: (request) => writer.commit(request),
  truncate: () => writer.truncate(),
  roll: ({ now, all }) => writer.roll(now, all),
  retain: (request) => writer.retain(request),
  shift: (shift) => writer.shift(shift),
  vacuum: () => writer.vacuum(),
  backup: ({ file }) => writer.backup(file),
  close: ({ head }) => writer.close(head),
})
