import { isLoopbackAddress } from './address-count.ts'
import type { BrokerUsers } from './broker-users.ts'
import type { Address, BrokerConfig, LimitsConfig, MqttConfig, SerialConfig } from './config/config.ts'
import type { Profile } from './decode/profile.ts'
import { serialSourceOf } from './decode/serial-source.ts'
import { GatewayError } from './errors.ts'
import type { SerialSource } from './framing.ts'
import { isLoopback } from './http/listen.ts'
import type { Logger } from './http/logger.ts'
import { readCertificate } from './http/tls.ts'
import type { RetainedMessage, RetainedMessagesPort } from './ingest/broker/retained-messages.ts'
import type { InputState } from './ingest/input.ts'
import { RetainedSeen } from './ingest/retained.ts'
import type { InputConfig, RunningInput } from './inputs.ts'
import type { Intake } from './intake.ts'
import type { Durability, Store } from './log/store.ts'

export interface InputSurroundings {
  readonly limits: LimitsConfig
  /** See `log.commit.unacked`. */
  readonly unacked: number
  readonly profiles: readonly Profile[]
  /** Changes when the same bytes may mean more than before: then retained messages are taken once more. */
  readonly generation: string
  readonly intake: Intake
  readonly store: Store & { readonly durability: Durability }
  readonly users: BrokerUsers
  readonly logger: Logger
}

/**
 * Makes inputs from their configuration, with everything that they share. The libraries behind a kind of input are loaded with
 * the first of that kind: most gateways need one of three.
 */
export function inputMaker(around: InputSurroundings): (config: InputConfig) => Promise<RunningInput> {
  return (config) => {
    switch (config.kind) {
      case 'broker':
        return makeBroker(config.listen, config.mqtt, around)
      case 'mqtt':
        return makeMqtt(config.broker, around)
      case 'serial':
        return makeSerial(config.serial, around)
    }
  }
}

async function makeBroker({ host, port }: Address, mqtt: MqttConfig, around: InputSurroundings): Promise<RunningInput> {
  const { BrokerInput } = await import('./ingest/broker/broker-input.ts')
  const { limits, users, intake, store, logger } = around
  const { tls } = mqtt
  return new BrokerInput({
    host,
    port,
    // On loopback nobody is a stranger, unless the configuration names users.
    anonymous: mqtt.anonymous || (isLoopback({ host, port }) && mqtt.users.length === 0),
    verify: (user, password, address) => users.verify(user, password, address),
    proofOf: (user) => users.proofOf(user),
    messageBytesMax: limits.messageBytes,
    connectionsPerAddressMax: limits.connectionsPerAddress,
    messagesPerSecondMax: (address) =>
      isLoopbackAddress(address) ? Number.POSITIVE_INFINITY : limits.messagesPerSecond,
    unacked: around.unacked,
    sink: intake.take,
    ...(tls && { certificate: () => readCertificate(tls) }),
    durability: store.durability,
    retained: retainedMessages(store),
    report: (line) => logger.warn({ input: 'broker' }, line),
    changed: report(logger),
  })
}

async function makeMqtt(broker: BrokerConfig, around: InputSurroundings): Promise<RunningInput> {
  const { MqttInput } = await import('./ingest/mqtt/mqtt-input.ts')
  const { records } = around.store
  const { name, url, username, password, clientId, topics, protocolVersion } = broker
  return new MqttInput({
    name,
    url,
    clientId,
    topics,
    username,
    password,
    version: protocolVersion,
    ...broker.tls,
    messageBytesMax: around.limits.messageBytes,
    unacked: around.unacked,
    sink: around.intake.take,
    durability: around.store.durability,
    subscribed: {
      load: () => JSON.parse(records.get('subscribed', sessionOf(broker)) ?? '[]') as string[],
      save: (subscribed) => records.put('subscribed', sessionOf(broker), JSON.stringify(subscribed)),
    },
    retained: retainedOf(name, around),
    oversized: (topic, bytes) => {
      const entry = { time: Date.now(), source: name, subject: topic, reason: 'too_large', where: 'message' }
      around.intake.reject({ ...entry, payload: Buffer.from(`${bytes} bytes`) })
    },
    changed: report(around.logger),
  })
}

async function makeSerial(serial: SerialConfig, around: InputSurroundings): Promise<RunningInput> {
  const { SerialInput } = await import('./ingest/serial/serial-input.ts')
  return new SerialInput({
    port: serial.port,
    profile: serial.profile,
    device: serial.device,
    source: sourceOf(serial, around.profiles),
    sink: around.intake.take,
    reject: ({ receivedAt: time, profile: subject, bytes: payload, source, reason, where }) =>
      around.intake.reject({ time, source, subject, reason, where, payload }),
    changed: report(around.logger),
  })
}

/** How the profile drives the port, with what the configuration says over it. */
function sourceOf(serial: SerialConfig, profiles: readonly Profile[]): SerialSource {
  const profile = profiles.find(({ id }) => id === serial.profile)
  const source = profile && serialSourceOf(profile, serial.addresses)
  if (!source)
    throw new GatewayError(
      'config',
      `${serial.port}: there is no serial profile "${serial.profile}"`,
      `choose one of ${profiles.flatMap(({ id, serial }) => (serial ? [id] : [])).join(', ')}`,
    )
  const { baud, dataBits, parity, stopBits, rtscts } = serial
  const chosen = Object.entries({ baud, dataBits, parity, stopBits, rtscts }).filter(([, value]) => value !== undefined)
  return { ...source, ...Object.fromEntries(chosen) }
}

/** What the broker's session belongs to: another broker behind the same name has another session. */
function sessionOf({ url, clientId }: BrokerConfig): string {
  return `${url} ${clientId}`
}

function retainedOf(source: string, { store: { records }, generation }: InputSurroundings): RetainedSeen {
  const kind = `retained seen:${source}`
  const seen = {
    all: () => records.all(kind),
    put: (topic: string, fingerprint: string) => records.put(kind, topic, fingerprint),
    delete: (topic: string) => records.delete(kind, topic),
  }
  return new RetainedSeen(seen, generation)
}

/** What the embedded broker keeps for those who subscribe later. */
function retainedMessages({ records }: Store): RetainedMessagesPort {
  const kind = 'retained message'
  return {
    *load() {
      for (const [topic, text] of records.all(kind)) {
        const { payload, qos } = JSON.parse(text) as { payload: string; qos: RetainedMessage['qos'] }
        yield { topic, payload: Buffer.from(payload, 'base64'), qos }
      }
    },
    put: ({ topic, payload, qos }) =>
      records.put(kind, topic, JSON.stringify({ payload: Buffer.from(payload).toString('base64'), qos })),
    delete: (topic) => records.delete(kind, topic),
  }
}

/** One line for each change of an input. */
function report(logger: Logger): (state: InputState) => void {
  return ({ name, kind, status, detail }) => {
    const level = status === 'waiting' ? 'warn' : 'info'
    logger[level]({ input: name, kind }, detail ? `${name}: ${status}: ${detail}` : `${name}: ${status}`)
  }
}
