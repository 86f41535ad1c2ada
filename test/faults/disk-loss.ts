import { expect, type TestContext } from 'vitest'
import { readGauges } from '../bench/gauges.ts'
import type { GatewayProcess } from '../setup/gateway.ts'
import { expectMoreWithoutAcknowledgement, readyOf } from './health.ts'
import { Ledger } from './ledger.ts'
import { startLoad } from './load.ts'
import { judge } from './stored.ts'
import { tell } from './trials.ts'
import { until } from './until.ts'

/** A disk that is lost and comes back, and what the gateway is to say meanwhile. */
export interface DiskLoss {
  lose(trial: number): void
  mend(): void
  /** In /readyz, with its status. */
  readonly said: { readonly code: number; readonly state: 'full' | 'failed'; readonly detail: string }
  /** Why it does not start meanwhile; where this is not given, a start is not tried. */
  readonly refusal?: RegExp
}

/**
 * Loses the disk of a gateway under load and gives it back, so many times. Nothing is acknowledged meanwhile; every second time the
 * gateway is killed before the disk is back. Then all of it is judged, and put into the table.
 */
export async function loseDisk(
  context: TestContext,
  gateway: GatewayProcess,
  times: number,
  { lose, mend, said, refusal }: DiskLoss,
): Promise<void> {
  const ledger = new Ledger()
  const load = startLoad(gateway, ledger)
  try {
    for (let trial = 0; trial < times; trial++) {
      const before = ledger.acknowledgedCount
      await until('readings are acknowledged', () => ledger.acknowledgedCount > before + 50)
      lose(trial)
      await until('it is said', async () => (await readyOf(gateway)).log.state === said.state)
      const { code, log } = await readyOf(gateway)
      expect({ code, detail: log.detail }).toEqual({ code: said.code, detail: expect.stringContaining(said.detail) })
      expect((await readGauges(gateway.url)).get('rivulet_log_ok')).toBe(0)
      await expectMoreWithoutAcknowledgement(gateway, ledger)
      const dies = trial % 2 === 1
      if (dies) {
        // Nothing that came since is on disk: all of it is what a crash may take.
        ledger.crashed(Number.POSITIVE_INFINITY)
        await gateway.kill('SIGKILL')
        if (refusal) await expect(gateway.restart()).rejects.toThrow(refusal)
      }
      mend()
      if (dies) await gateway.restart()
      await until('it recovers by itself', async () => (await readyOf(gateway)).log.state === 'ok')
    }
    await load.finish()
    const { stored, findings } = await judge(gateway, ledger)
    const figures = `${ledger.acknowledgedCount} acknowledged, ${stored.length} stored`
    tell(context, { trials: times, findings, figures })
    expect(findings).toEqual([])
    expect(load.followers.flatMap(({ refusals }) => refusals)).toEqual([])
    expect(gateway.output()).toContain('takes readings again')
  } finally {
    mend()
    await load.stop()
  }
}
