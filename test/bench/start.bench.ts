import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startGateway } from '../setup/gateway.ts'
import type { Row } from './row.ts'

const starts = 5

/** From the command to the first 200 of /readyz, and the memory held once V8 has tidied up after the start. */
export async function measure(): Promise<Row[]> {
  const gateway = await startGateway()
  try {
    const times = [gateway.readyMs()]
    for (let i = 1; i < starts; i++) {
      await gateway.kill()
      await gateway.restart()
      times.push(gateway.readyMs())
    }
    await sleep(30_000)
    const residentMb =
      (Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${gateway.pid()}/status`, 'utf8'))![1]) * 1024) / 1e6
    const median = times.toSorted((a, b) => a - b)[Math.floor(starts / 2)]!
    return [
      {
        name: 'start until ready',
        figure: `${(median / 1000).toFixed(2)} s (median of ${starts})`,
        target: '< 1.5 s',
        reached: median < 1500,
      },
      { name: 'memory, idle', figure: `${residentMb.toFixed(0)} MB`, target: '< 110 MB', reached: residentMb < 110 },
    ]
  } finally {
    await gateway.stop()
  }
}
