import type { InputState } from './input-list.ts'

const defaultPort = '1883'

/** Names of the gateway's own machine, and of all its addresses: elsewhere it has the name under which the page was opened. */
const own = new Set(['127.0.0.1', '0.0.0.0', 'localhost', '[::1]', '[::]', '::1', '::'])

/**
 * The command that publishes a first reading to the broker that sensors use: the built-in one, else the first that the
 * gateway subscribes to. Undefined where there is none.
 */
export function publishLine(inputs: readonly InputState[], pageHost: string): string | undefined {
  const broker = inputs.find(({ kind }) => kind === 'broker') ?? inputs.find(({ kind }) => kind === 'mqtt')
  if (!broker) return undefined
  const address = /(?:\/\/|listens on )(\S*?)(?::(\d+))?(?:\/|$)/.exec(
    (broker.kind === 'broker' ? broker.detail : broker.name) ?? '',
  )
  const host = address?.[1] && !own.has(address[1]) ? address[1] : pageHost
  const port = address?.[2] ?? defaultPort
  return `mosquitto_pub -h ${host.replace(/^\[|\]$/g, '')} -p ${port} -t sensors/demo/temperature -m 21.5`
}
