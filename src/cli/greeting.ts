import { networkInterfaces } from 'node:os'
import { families } from '../../devices/index.ts'
import type { Address, Config } from '../config/config.ts'
import type { Gateway } from '../gateway.ts'
import { findPorts } from '../serial-ports.ts'
import { paintedLines } from './ports.ts'
import { paint, print } from './terminal.ts'

/** What a person wants to know once the gateway runs: where the page is, where sensors go, and which ports there are. */
export async function greet(gateway: Gateway, config: Config, lan: boolean): Promise<void> {
  const { token, user } = gateway.firstUse
  const scheme = config.http.tls ? 'https' : 'http'
  await print(paint('bold', 'Rivulet is running.'))
  for (const host of hostsOf(gateway.http))
    await print(`page      ${scheme}://${host}:${gateway.http.port}/${token === undefined ? '' : `?token=${token}`}`)
  if (token !== undefined) await print('          the token opens everything and is shown only now')
  else if (lan) await print('          sign in with a token; `rivulet token create` makes one')
  for (const line of brokerLines(gateway, config)) await print(line)
  if (user) await print(`          user ${user.name}, password ${user.password} (shown only now)`)
  for (const line of await serialLines(config)) await print(line)
}

function brokerLines({ broker }: Gateway, { mqtt }: Config): string[] {
  const configured = mqtt.brokers.map(({ name }) => `subscribed to ${name}`)
  const own = broker
    ? broker.embedded
      ? hostsOf(broker.address).map((host) => `broker on ${host}:${broker.address.port}${mqtt.tls ? ' (TLS)' : ''}`)
      : [`subscribed to the broker that already listens on ${broker.address.host}:${broker.address.port}`]
    : []
  return [...own, ...configured].map((text) => `MQTT      ${text}`)
}

/** Under which names others reach an address; all of this machine's where it is every address. */
export function hostsOf({ host }: Pick<Address, 'host'>): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host.includes(':') ? `[${host}]` : host]
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)
  return ['localhost', ...outside]
}

/** Ports are not opened unasked, since another program may own them; this says how to ask. */
async function serialLines({ serial }: Config): Promise<string[]> {
  // A bare UART is on every board, whether something is connected or not.
  const found = (await findPorts(families, serial)).filter(({ configured, usb }) => !configured && usb !== undefined)
  const reading = serial.map(({ port, profile }) => `serial    ${port}, read as ${profile}`)
  if (found.length === 0) return reading
  const lines = ['serial:', ...found.flatMap(paintedLines)].map((line) => `          ${line}`)
  return [...reading, 'serial    found and not opened; to read them, add to rivulet.yaml:', ...lines]
}
