import { isoTime } from '../feed/json.ts'
import type { Store } from '../log/store.ts'
import type { Millis } from '../reading.ts'
import type { Route } from './route.ts'

/** How an input is doing, as it says itself. */
export interface InputReport {
  readonly name: string
  readonly kind: string
  readonly status: string
  readonly detail?: string
  /** Why it does not do what it should, in a word. */
  readonly trouble?: string
  readonly since: Millis
  readonly received: number
  readonly dropped: number
}

/** Whether the machine's clock has been set: what comes before is marked `unsynced`. */
export interface ClockReport {
  readonly synced: boolean
  /** How far it was put forward, or back (below 0), since then. */
  readonly steppedMs: Millis
}

/** `/healthz`: the process answers. `/readyz`: the log takes readings; what cannot be read, or an input that is away, does not change that. */
export function healthRoutes(
  store: Store,
  inputs: () => readonly InputReport[],
  clock: ClockReport,
  isClosing: () => boolean,
): Route[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      need: 'none',
      handle(exchange) {
        exchange.body = { status: 'ok' }
      },
    },
    {
      method: 'GET',
      path: '/readyz',
      need: 'none',
      handle(exchange, { read }) {
        const { state, detail, unreadable, undropped } = store.health()
        const ready = state !== 'failed' && !isClosing()
        const knows = read.length > 0
        exchange.status = ready ? 200 : 503
        exchange.body = {
          status: ready ? 'ready' : 'not ready',
          clock: clock.synced ? (clock.steppedMs === 0 ? 'synced' : 'stepped') : 'unsynced',
          // Reasons name files, addresses and users; JSON leaves out what is undefined.
          log: knows ? { state, detail, unreadable, undropped } : { state },
          inputs: inputs().map((input) => (knows ? showInput(input) : { kind: input.kind, status: input.status })),
        }
      },
    },
  ]
}

function showInput({ since, ...input }: InputReport) {
  return { ...input, since: isoTime(since) }
}
