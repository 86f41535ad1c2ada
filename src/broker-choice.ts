import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Address, MqttConfig } from './config/config.ts'
import type { Records } from './log/store.ts'

const recordKind = 'gateway'
const recordKey = 'found broker'

/** What a broker found in the embedded one's place is remembered by. */
interface Found extends Address {
  readonly clientId: string
}

export interface BrokerChoice {
  readonly mqtt: MqttConfig
  /** The broker that was there first; null when the embedded one is used, or the configuration says what to use. */
  readonly found: Address | null
}

/**
 * Where nobody has said which broker to use, one that already listens in the embedded one's place is subscribed to. That
 * is remembered, so that at the next boot it does not matter which of the two is up first.
 */
export async function chooseBroker(
  mqtt: MqttConfig,
  records: Records,
  isBrokerListening: (host: string, port: number) => Promise<boolean>,
): Promise<BrokerChoice> {
  if (!mqtt.listen || mqtt.listenChosen) return { mqtt, found: null }
  const remembered = records.get(recordKind, recordKey)
  if (remembered !== undefined) return subscribed(mqtt, JSON.parse(remembered) as Found)
  const { port } = mqtt.listen
  if (!(await isBrokerListening('127.0.0.1', port))) return { mqtt, found: null }
  // The name of the session has to outlive restarts and to differ from that of another gateway beside this one.
  const clientId = `rivulet-${hostname().replace(/[^A-Za-z0-9-]/g, '-')}-${randomBytes(3).toString('hex')}`
  const found: Found = { host: '127.0.0.1', port, clientId }
  records.put(recordKind, recordKey, JSON.stringify(found))
  return subscribed(mqtt, found)
}

function subscribed(mqtt: MqttConfig, { host, port, clientId }: Found): BrokerChoice {
  const broker = { name: 'local', url: `mqtt://${host}:${port}`, clientId, topics: ['#'], tls: {} }
  return { mqtt: { ...mqtt, listen: null, brokers: [...mqtt.brokers, broker] }, found: { host, port } }
}
