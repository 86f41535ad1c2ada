import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { openStore } from '../../src/log/open-store.ts'
import { startServer } from '../http/harness.ts'
import { fillStore } from './fill.ts'
import type { Row } from './row.ts'

const readings = 1_000_000

/** A million stored readings to one client, against a bare SELECT of them in the same process. */
export async function measure(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'))
  try {
    const writing = await openStore({ folder })
    await fillStore(writing, readings, Date.now() - readings)
    await writing.close()
    const limit = select(join(folder, 'rivulet.db'))
    const store = await openStore({ folder })
    const server = await startServer(store)
    const seconds = await replay(server.port, store.head)
    await server.close()
    await store.close()
    const perSecond = readings / seconds
    return [
      {
        name: `replay of ${readings.toLocaleString('en-US')} readings to one stream`,
        figure: `${Math.round(perSecond).toLocaleString('en-US')} readings/s`,
        limit: `${Math.round(limit).toLocaleString('en-US')} rows/s by SELECT`,
        ratio: perSecond / limit,
        target: '>= 250,000/s',
        reached: perSecond >= 250_000,
      },
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Rows a second as plain arrays, which is the fastest that better-sqlite3 gives them, and no more. */
function select(file: string): number {
  const db = new Database(file, { readonly: true })
  const slice = db.prepare('SELECT * FROM reading WHERE seq > ? ORDER BY seq LIMIT 10000').raw()
  const started = performance.now()
  let rows = 0
  let after = 0
  for (;;) {
    const found = slice.all(after) as [seq: number][]
    if (found.length === 0) break
    rows += found.length
    after = found.at(-1)![0]
  }
  const perSecond = rows / ((performance.now() - started) / 1000)
  db.close()
  return perSecond
}

/** Seconds from the request to the arrival of the last reading. */
function replay(port: number, head: number): Promise<number> {
  const last = Buffer.from(`data: {"seq":${head},`)
  const started = performance.now()
  return new Promise((resolve, reject) => {
    let tail = Buffer.alloc(0)
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /api/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    )
    socket.once('error', reject)
    socket.on('data', (chunk: Buffer) => {
      const bytes = Buffer.concat([tail, chunk])
      tail = bytes.subarray(-last.length)
      if (!bytes.includes(last)) return
      socket.destroy()
      resolve((performance.now() - started) / 1000)
    })
  })
}
