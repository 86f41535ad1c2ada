import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '../../src/log/open-store.ts'
import type { Store } from '../../src/log/store.ts'
import { startServer } from '../http/harness.ts'
import { openStream, readingsOf } from '../http/read-events.ts'
import { fillStore } from './fill.ts'
import type { Row } from './row.ts'

const readings = 10_000_000

/** A stream of a series that speaks seldom, begun where it spoke last: 10,000,000 readings of others lie behind it. */
export async function measure(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'rivulet-bench-'))
  try {
    const writing = await openStore({ folder })
    await fill(writing)
    await writing.close()
    const store = await openStore({ folder })
    const server = await startServer(store)
    // The bench's own client loads on first use.
    await (await fetch(`${server.url}/healthz`)).text()
    const times: number[] = []
    for (const start of ['after=1', 'last=2', 'since=2000-01-01T00:00:00Z']) {
      const begun = performance.now()
      const stream = await openStream(`${server.url}/api/stream?device=rare:1&${start}`)
      await stream.until((events) => readingsOf(events).length > 0)
      times.push(performance.now() - begun)
      stream.close()
    }
    await server.close()
    await store.close()
    const [after, last, since] = times.map((ms) => `${ms.toFixed(0)} ms`)
    return [
      {
        name: `first event of a rare series, ${readings.toLocaleString('en-US')} readings behind`,
        figure: `after= ${after}, last= ${last}, since= ${since}`,
        target: '< 100 ms each',
        reached: Math.max(...times) < 100,
      },
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** The rare series speaks first and last. */
async function fill(store: Store): Promise<void> {
  const from = Date.now() - readings
  const rare = { device: 'rare:1', metric: 'temperature', unit: 'Cel', value: 21.5 }
  store.append([{ ...rare, time: from }])
  await fillStore(store, readings, from)
  store.append([{ ...rare, time: from + readings }])
}
