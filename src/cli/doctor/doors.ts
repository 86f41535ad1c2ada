import { connect, createServer } from 'node:net'
import { BrokerUsers } from '../../broker-users.ts'
import type { BrokerConfig, Config } from '../../config/config.ts'
import type { GatewayError } from '../../errors.ts'
import { TokenStore } from '../../http/tokens.ts'
import { unguardedPage } from '../../http/unguarded.ts'
import { isBrokerListening } from '../../ingest/broker/is-broker-listening.ts'
import { type Endpoint, parseEndpoint } from '../../ingest/mqtt/transport.ts'
import { explain } from '../../ingest/mqtt/trouble.ts'
import type { Records } from '../../log/store.ts'
import { unguardedBroker } from '../../unguarded-broker.ts'
import { type Finding, ok, wrong } from './finding.ts'

/** How long an address may take to answer. */
const patienceMs = 2000

/**
 * Where the gateway would listen and what it would connect to, while it does not run.
 * @param records null where nobody knows who could sign in
 */
export async function lookAtDoors(config: Config, records: Records | null): Promise<Finding[]> {
  const { brokers } = config.mqtt
  return [
    await page(config, records),
    ...(await embedded(config, records)),
    ...(await Promise.all(brokers.map(broker))),
  ]
}

async function page({ http: { listen, anonymous } }: Config, records: Records | null): Promise<Finding> {
  const at = `${listen.host}:${listen.port}`
  const code = await bindingFails(listen)
  if (code === 'EADDRINUSE')
    return wrong('page', `another program listens on ${at}; stop it, or set http.listen to another port`)
  if (code !== null)
    return wrong('page', `cannot listen on ${at} (${code}); set http.listen to an address of this machine`)
  const refusal = records && unguardedPage(listen, anonymous, new TokenStore(records))
  if (refusal) return wrong('page', wontStart(refusal))
  return ok('page', `${at} is free`)
}

/** Why it cannot be listened on, as listen(2) says; null where it can. */
function bindingFails({ host, port }: { host: string; port: number }): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve(code))
    server.listen(port, host, () => server.close(() => resolve(null)))
  })
}

/** The broker that sensors publish to: our own, or one found in its place. */
async function embedded({ mqtt }: Config, records: Records | null): Promise<Finding[]> {
  if (!mqtt.listen) return []
  const { host, port } = mqtt.listen
  const taken = await isBrokerListening(host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port)
  if (taken && !mqtt.listenChosen) return [ok('broker', `${host}:${port} will be subscribed to`)]
  if (taken)
    return [wrong('broker', `another one listens on ${host}:${port}; stop it, or set mqtt.listen to another port`)]
  const code = await bindingFails(mqtt.listen)
  if (code !== null)
    return [wrong('broker', `cannot listen on ${host}:${port} (${code}); set mqtt.listen to another address or port`)]
  const refusal = records && unguardedBroker(mqtt, new BrokerUsers(records, mqtt.users))
  if (refusal) return [wrong('broker', wontStart(refusal))]
  return [ok('broker', `${host}:${port} is free`)]
}

/** What `rivulet start` would say. */
function wontStart({ message, hint }: GatewayError): string {
  return `it will not start: ${message}; ${hint}`
}

/** A broker to subscribe to. Behind TLS or WebSockets only its port is tried: what it says is seen at the start. */
async function broker({ name, url, clientId }: BrokerConfig): Promise<Finding> {
  const endpoint = parseEndpoint(url)
  const error = await unreachable(endpoint)
  if (error) return wrong('broker', `${name}: ${explain({ error }, { endpoint, clientId, brief: 0 }).detail}`)
  if (endpoint.protocol !== 'mqtt') return ok('broker', `${name}: its port is open`)
  if (await isBrokerListening(endpoint.host, endpoint.port)) return ok('broker', `${name} answers`)
  return wrong('broker', `${name}: what listens there does not answer as a broker does; check host and port`)
}

/** Why nothing can be reached there; null where something can. */
function unreachable({ host, port }: Endpoint): Promise<Error | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const settle = (error: Error | null) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(error)
    }
    const timer = setTimeout(() => settle(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })), patienceMs)
    socket.once('connect', () => settle(null))
    socket.once('error', settle)
  })
}
