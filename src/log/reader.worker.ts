import { workerData } from 'node:worker_threads'
import type Database from 'better-sqlite3'
import { buffersOf } from './columns.ts'
import { openForReading } from './database.ts'
import { History } from './history.ts'
import { LookBack } from './look-back.ts'
import type { ReadAnswer, ReaderTable } from './messages.ts'
import { Reader } from './reader.ts'
import { serve } from './thread.ts'

let db: Database.Database
let reader: Reader
let lookBack: LookBack
let history: History

serve<ReaderTable>(
  {
    open: () => {
      db = openForReading(workerData as string)
      reader = new Reader(db)
      lookBack = new LookBack(db)
      history = new History(db, reader, lookBack)
    },
    read: (request) => reader.read(request),
    pick: ({ seqs }) => reader.pick(seqs),
    history: (request) => history.query(request),
    rejected: ({ limit, before }) => reader.rejected(limit, before),
    seek: ({ time, to }) => lookBack.seek(time, to),
    seekLast: ({ ids, wants, to }) => lookBack.seekLast(ids, wants, to),
    lastSeqs: ({ to, count }) => lookBack.lastSeqs(to, count),
    close: () => {
      db.close()
    },
  },
  buffers,
)

function buffers(answer: unknown): ArrayBuffer[] {
  const rows = (answer as ReadAnswer | undefined)?.rows
  return rows ? buffersOf(rows) : []
}
