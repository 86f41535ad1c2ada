import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { startGateway } from '../setup/gateway.ts'
import { describeMounting, mountSmallDisk } from '../setup/small-disk.ts'
import { expectMoreWithoutAcknowledgement, readyOf } from './health.ts'
import { Ledger } from './ledger.ts'
import { startLoad } from './load.ts'
import { judge } from './stored.ts'
import { tell, trials } from './trials.ts'
import { until } from './until.ts'

/** Enough for what the long form stores. */
const mebibytes = 64

describeMounting('a full disk', import.meta.url, fullDisk)

function fullDisk(): void {
  const toClose: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close()
  })

  it('disk full under load, and room again', async (context) => {
    const times = trials(2, 30)
    const folder = mkdtempSync(join(tmpdir(), 'rivulet-full-'))
    toClose.push(() => rmSync(folder, { recursive: true, force: true }))
    const data = join(folder, 'data')
    const disk = mountSmallDisk(data, mebibytes)
    toClose.push(() => disk.unmount())
    const gateway = await startGateway({ config: { data } })
    toClose.push(() => gateway.stop())
    const ledger = new Ledger()
    const load = startLoad(gateway, ledger)
    toClose.push(() => load.stop())
    for (let trial = 0; trial < times; trial++) {
      const before = ledger.acknowledgedCount
      await until('readings are acknowledged', () => ledger.acknowledgedCount > before + 50)
      disk.fill()
      await until('it is said', async () => (await readyOf(gateway)).log.state === 'full')
      expect(await readyOf(gateway)).toMatchObject({
        code: 200,
        log: { detail: expect.stringContaining('no space left') },
      })
      await expectMoreWithoutAcknowledgement(gateway, ledger)
      const dies = trial % 2 === 1
      if (dies) {
        ledger.crashed(Number.POSITIVE_INFINITY)
        await gateway.kill('SIGKILL')
        // On a disk that is full it does not start, and says so.
        await expect(gateway.restart()).rejects.toThrow(/no space left for .*rivulet\.db/)
      }
      disk.clear()
      if (dies) await gateway.restart()
      await until('it recovers by itself', async () => (await readyOf(gateway)).log.state === 'ok')
    }
    await load.finish()
    const { stored, findings } = await judge(gateway, ledger)
    tell(context, {
      trials: times,
      findings,
      figures: `${ledger.acknowledgedCount} acknowledged, ${stored.length} stored`,
    })
    expect(findings).toEqual([])
    expect(load.followers.flatMap(({ refusals }) => refusals)).toEqual([])
    expect(gateway.output()).toMatch(/no space left.*make room on that disk.*: readings wait in memory/)
  }, 3_600_000)
}
