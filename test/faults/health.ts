import { expect } from 'vitest'
import { readGauges } from '../bench/gauges.ts'
import type { GatewayProcess } from '../setup/gateway.ts'
import type { Ledger } from './ledger.ts'
import { until } from './until.ts'

interface Ready {
  readonly code: number
  readonly log: { readonly state: string; readonly detail?: string; readonly unreadable?: string }
}

/** What /readyz says of the log, and with which status. */
export async function readyOf({ url }: Pick<GatewayProcess, 'url'>): Promise<Ready> {
  const response = await fetch(`${url}/readyz`)
  const { log } = (await response.json()) as Pick<Ready, 'log'>
  return { code: response.status, log }
}

export interface InputInBrief {
  readonly name: string
  readonly kind: string
  readonly status: string
  readonly received: number
  readonly trouble?: string
  readonly detail?: string
}

/** What /readyz says of the inputs. */
export async function inputsOf(gateway: Pick<GatewayProcess, 'get'>): Promise<readonly InputInBrief[]> {
  return (await gateway.get<{ inputs: InputInBrief[] }>('/readyz')).inputs
}

/** Waits while readings come in, which the disk does not take, and sees that nobody is told that they are stored. */
export async function expectMoreWithoutAcknowledgement(
  gateway: Pick<GatewayProcess, 'url'>,
  ledger: Ledger,
): Promise<void> {
  const head = async () => (await readGauges(gateway.url)).get('rivulet_log_head')!
  const more = async (readings: number) => {
    const reached = await head()
    await until('more comes in', async () => (await head()) > reached + readings)
  }
  // What was acknowledged before the disk failed may only be arriving now.
  await more(50)
  const acknowledged = ledger.acknowledgedCount
  await more(100)
  expect(ledger.acknowledgedCount).toBe(acknowledged)
}
