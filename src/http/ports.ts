import type { Route } from './route.ts'

/** A serial port of the gateway's machine. */
export interface PortReport {
  /** Such as `/dev/ttyUSB0`: may change when devices are plugged in. */
  readonly path: string
  /** The name to configure: stays with the device. */
  readonly port: string
  readonly usb?: { readonly vendor: string; readonly product: string }
  readonly manufacturer?: string
  readonly model?: string
  /** What may be connected, by its USB ids, the likeliest first. */
  readonly profiles: readonly string[]
  /** Whether the configuration has it already. */
  readonly configured: boolean
  /** Lines for rivulet.yaml that would add it. */
  readonly lines: string
}

/**
 * The serial ports that were found. For admins: what is plugged into the machine is nobody else's business, and nobody
 * else can add it.
 */
export function portsRoute(ports: () => Promise<readonly PortReport[]>): Route {
  return {
    method: 'GET',
    path: '/api/ports',
    need: 'admin',
    async handle(exchange) {
      exchange.body = await ports()
    },
  }
}
