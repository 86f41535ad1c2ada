import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewayProcess } from '../setup/gateway.ts'
import type { Ledger, Numbered, Violation } from './ledger.ts'

/** Everything that the gateway has stored, in order. */
export async function storedIn({ url }: Pick<GatewayProcess, 'url'>): Promise<Numbered[]> {
  const response = await fetch(`${url}/api/readings?limit=all&format=ndjson`)
  if (!response.ok) throw new Error(`the readings were refused: ${response.status} ${await response.text()}`)
  const text = await response.text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Numbered)
}

/** How long clients, and brokers in between, get to catch up before what is missing counts as missing. */
const patienceMs = 90_000

/** Waits until everybody has caught up, and judges. Nothing may be published any more. */
export async function judge(
  gateway: Pick<GatewayProcess, 'url'>,
  ledger: Ledger,
): Promise<{ readonly stored: readonly Numbered[]; readonly findings: readonly Violation[] }> {
  for (const deadline = performance.now() + patienceMs; ; await sleep(200)) {
    const stored = await storedIn(gateway)
    const findings = ledger.judge(stored)
    const mayCome = findings.some(({ kind }) => kind === 'lost' || kind === 'missed')
    if (!mayCome || performance.now() > deadline) return { stored, findings }
  }
}
