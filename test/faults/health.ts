import type { GatewayProcess } from '../setup/gateway.ts'

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
