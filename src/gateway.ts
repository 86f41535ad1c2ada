import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type BrokerChoice, chooseBroker } from './broker-choice.ts'
import { BrokerUsers } from './broker-users.ts'
import { createClock, watchSteps } from './clock.ts'
import type { Address, Config } from './config/config.ts'
import type { Profile } from './decode/profile.ts'
import { GatewayError } from './errors.ts'
import { DeviceDirectory } from './feed/devices.ts'
import { type FirstUse, prepareFirstUse } from './first-use.ts'
import { isOnReadOnlyDisk, makeFolder, readOnlyHint } from './folder.ts'
import type { Logger } from './http/logger.ts'
import type { PortReport } from './http/ports.ts'
import { createHttpServer } from './http/server.ts'
import { TokenStore } from './http/tokens.ts'
import { isBrokerListening } from './ingest/broker/is-broker-listening.ts'
import { Inputs, inputsOf } from './inputs.ts'
import { openStore } from './log/open-store.ts'
import type { SqliteStore } from './log/sqlite-store.ts'
import { inputMaker } from './make-input.ts'
import { type IntakeSurroundings, openIntake } from './open-intake.ts'
import { pageFolder, version } from './package.ts'
import type { Millis } from './reading.ts'
import { limitRepeats } from './repeats.ts'
import { findPorts, portLines } from './serial-ports.ts'
import { unguardedBroker } from './unguarded-broker.ts'

export interface GatewayOptions {
  readonly config: Config
  /** Those of the configuration and those that ship, in the order in which they are asked. */
  readonly profiles: readonly Profile[]
  /** It will be reached from elsewhere: makes a token and a broker user where there are none. */
  readonly lan: boolean
  readonly logger: Logger
}

export interface Gateway {
  /** Where the page and the API are. */
  readonly http: Address
  /** The broker that sensors publish to: the embedded one, or one found in its place; null for neither. */
  readonly broker: { readonly embedded: boolean; readonly address: Address } | null
  /** Secrets made at this start: they cannot be shown again. */
  readonly firstUse: FirstUse
  /** Credentials for a client in this process, void when it ends; undefined where none are needed. */
  readonly lend: () => { readonly username: string; readonly password: string } | undefined
  /** Takes over what can be changed while running; returns what needs a restart. */
  reload(config: Config): Promise<string[]>
  /** Inputs first, then streams, then the log: what came in is stored, and the next start leaves no hole. */
  close(): Promise<void>
}

/** How often the disk's backlog is looked at. It takes seconds at full speed to go from its bound to the last reserve. */
const diskCheckMs: Millis = 100

/** How often it is asked who has fallen silent, and how the clock goes: minutes matter there, not seconds. */
const slowCheckMs: Millis = 10_000

/**
 * Opens the log, then the doors to it, then the inputs: who asks early sees what is stored, and nothing comes in before
 * there is a place for it.
 * @throws GatewayError for what has to be mended first: a data folder that cannot be used, a port that is taken, a
 * listener beyond loopback that nobody could use or that everybody could
 */
export async function startGateway({ config, profiles, lan, logger: unlimited }: GatewayOptions): Promise<Gateway> {
  const logger = limitRepeats(unlimited)
  const store = await openData(config, logger)
  const opened: (() => Promise<unknown> | unknown)[] = [() => logger.flush(), () => store.close()]
  const close = () => closeAll(opened)
  try {
    const choice = await chooseBroker(config.mqtt, store.records, isBrokerListening)
    const users = new BrokerUsers(store.records, config.mqtt.users)
    const tokens = new TokenStore(store.records)
    const firstUse = lan ? await prepareFirstUse(tokens, choice.mqtt.listen ? users : null) : {}
    const refusal = unguardedBroker(choice.mqtt, users)
    if (refusal) throw refusal

    const directory = await DeviceDirectory.open(store, labels(config))
    opened.push(() => directory.close())
    const clock = createClock({ believed: () => store.believedTime })
    const live: Live = { config, profiles, store, directory, clock, inputs: new Inputs((input) => makeInput(input)) }
    const intake = await openIntake(live)
    const generation = fingerprint(profiles)
    const { limits, log } = config
    const makeInput = inputMaker({
      limits,
      unacked: log.commit.unacked,
      profiles,
      generation,
      intake,
      store,
      users,
      logger,
    })

    const server = createHttpServer({
      store,
      directory,
      tokens,
      users: choice.mqtt.listen ? users : null,
      inputs: () => live.inputs.states(),
      ports: () => portReports(live),
      intake: intake.counts,
      clock: live.clock,
      logger,
      version,
      pageFolder,
      backupFolder: config.data,
      options: { ...config.http, connectionsPerAddress: config.limits.connectionsPerAddress },
    })
    opened.push(() => server.close())
    const http = await server.listen(config.http.listen)
    await server.listenLocal(join(config.data, 'rivulet.sock'))

    opened.push(() => live.inputs.stop())
    await live.inputs.become(inputsOf(choice.mqtt, config.serial))
    opened.push(watchOver(live, logger))

    const reload = async (next: Config) => {
      // First, since it may refuse: then everything stays as it was.
      if (live.config.http.tls && next.http.tls) server.renewCertificate(next.http.tls)
      users.configure(next.mqtt.users)
      return takeOver(live, next)
    }
    return { http, broker: brokerOf(choice), firstUse, lend: () => users.lend(), close, reload }
  } catch (error) {
    await close()
    throw error
  }
}

/** What runs, with the configuration as it is now. */
interface Live extends IntakeSurroundings {
  config: Config
}

/** Last opened, first closed; what cannot be closed does not keep the rest open. */
async function closeAll(opened: (() => Promise<unknown> | unknown)[]): Promise<void> {
  const failures: unknown[] = []
  for (const end of opened.splice(0).reverse()) {
    try {
      await end()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

/** Looks after what nobody tells: a disk that falls behind, devices that have fallen silent, a clock that was set. Returns how to stop. */
function watchOver({ profiles, store, directory, inputs, clock }: Live, logger: Logger): () => void {
  const silentAfter = new Map(profiles.map(({ id, silentAfterMs }) => [id, silentAfterMs]))
  const disk = setInterval(() => inputs.pause(store.health().saturated), diskCheckMs)
  const noteSteps = watchSteps(clock, (line) => logger.warn({}, line))
  const slow = setInterval(() => {
    directory.noteSilence((profile) => silentAfter.get(profile))
    noteSteps()
  }, slowCheckMs)
  return () => {
    clearInterval(disk)
    clearInterval(slow)
  }
}

/** Makes the running gateway that of another configuration, as far as it can be; returns the keys that need a restart. */
async function takeOver(live: Live, next: Config): Promise<string[]> {
  const before = live.config
  live.config = next
  live.directory.configure(labels(next))
  const { mqtt } = await chooseBroker(next.mqtt, live.store.records, isBrokerListening)
  await live.inputs.become(inputsOf(mqtt, next.serial))
  return needRestart(before, next)
}

async function portReports({ profiles, config }: Live): Promise<PortReport[]> {
  return (await findPorts(profiles, config.serial)).map(({ stableName, serialNumber: _, ...port }) => ({
    ...port,
    port: stableName,
    lines: ['serial:', ...portLines({ ...port, stableName })].join('\n'),
  }))
}

async function openData({ data, log }: Config, logger: Logger): Promise<SqliteStore> {
  const elsewhere = 'choose another with --data'
  try {
    makeFolder(data)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new GatewayError(
      'unavailable',
      `the data folder ${data} cannot be made (${code})`,
      isOnReadOnlyDisk(data) ? readOnlyHint : `${elsewhere}, or let this user write there`,
    )
  }
  if (!statSync(data).isDirectory()) throw new GatewayError('unavailable', `${data} is no folder`, elsewhere)
  return openStore({
    folder: data,
    commit: log.commit,
    keep: log.keep,
    log: (level, message) => logger[level]({}, message),
  })
}

function brokerOf({ mqtt, found }: BrokerChoice): Gateway['broker'] {
  if (found) return { embedded: false, address: found }
  return mqtt.listen && { embedded: true, address: mqtt.listen }
}

/** Other profiles, or another version of ours, may understand what these did not. */
function fingerprint(profiles: readonly Profile[]): string {
  return createHash('sha256').update(version).update(JSON.stringify(profiles)).digest('hex').slice(0, 8)
}

function labels({ devices }: Config) {
  return new Map(Object.entries(devices))
}

/** Keys that are read at start only. */
function needRestart(before: Config, next: Config): string[] {
  const fixed = ['data', 'http', 'log', 'limits', 'profiles'] as const
  // Which files hold the certificate may change, and what is in them; not whether there is one.
  const plain = (config: Config) => ({ ...config, http: { ...config.http, tls: config.http.tls !== undefined } })
  const [old, young] = [plain(before), plain(next)]
  return fixed.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(young[key]))
}
