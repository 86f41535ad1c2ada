import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, isAbsolute, resolve } from 'node:path'
import type { Address, BrokerConfig, BrokerUser, Config } from './config.ts'
import type { ConfigFlags } from './flags.ts'
import { nearest } from './nearest.ts'
import type { ConfigFile } from './schema.ts'
import type { Path } from './source.ts'

/** What the machine adds to the file. */
export interface Surroundings {
  readonly file: string | null
  readonly cwd: string
  readonly flags: ConfigFlags
  /** Names a serial port's `profile` may have; unchecked where absent. */
  readonly profileNames: readonly string[] | undefined
  /** Those of them for which `addresses` may be listed; unchecked where absent. */
  readonly addressedProfiles: readonly string[] | undefined
  /** How a part is called, such as `mqtt.brokers[0].url`. */
  nameOf(path: Path): string
  problem(path: Path, what: string, instead: string): void
}

/**
 * Turns a valid file into the configuration: paths made absolute (those in the file are relative to it), secrets read
 * from their files, defaults that depend on the machine, and what one key alone cannot tell.
 */
export function resolveConfig(parsed: ConfigFile, around: Surroundings): Config {
  const base = around.file ? dirname(around.file) : around.cwd
  const { listen, ...http } = parsed.http
  const { tls, ...httpRest } = http
  checkProfiles(parsed, around)
  const mqttListen = resolveMqttListen(parsed)
  return {
    file: around.file,
    data: resolve(around.flags.data === undefined ? base : around.cwd, parsed.data),
    http: {
      ...httpRest,
      listen: widen(listen, around.flags.lan),
      ...certificateOf(tls, base, 'http', around),
    },
    mqtt: {
      listen: mqttListen && widen(mqttListen, around.flags.lan),
      // Nor does anybody who asks for TLS mean the broker that happens to be there.
      listenChosen: parsed.mqtt.listen !== undefined || parsed.mqtt.tls !== undefined,
      ...certificateOf(parsed.mqtt.tls, base, 'mqtt', around),
      users: resolveUsers(parsed, base, around),
      anonymous: parsed.mqtt.anonymous,
      brokers: resolveBrokers(parsed, base, around),
    },
    serial: resolveSerial(parsed, base, around),
    devices: parsed.devices,
    profiles: resolveProfiles(parsed.profiles, base, around),
    log: {
      commit: {
        ageMs: parsed.log.commit.age,
        readings: parsed.log.commit.readings,
        unacked: parsed.log.commit.unacked,
      },
      keep: resolveKeep(parsed),
    },
    limits: parsed.limits,
  }
}

function certificateOf(
  tls: ConfigFile['http']['tls'],
  base: string,
  part: 'http' | 'mqtt',
  around: Surroundings,
): { readonly tls?: { readonly cert: string; readonly key: string } } {
  if (!tls) return {}
  const file = (key: 'cert' | 'key') => readable(base, tls[key], [part, 'tls', key], around)
  return { tls: { cert: file('cert'), key: file('key') } }
}

function resolveKeep({ log }: ConfigFile): Config['log']['keep'] {
  const { age, minutes, hours, size } = log.keep
  return {
    ageMs: age,
    minutesMs: minutes,
    hoursMs: hours === 'forever' ? Number.POSITIVE_INFINITY : hours,
    bytes: size,
  }
}

/** Loopback becomes all addresses with --lan; an address somebody chose beyond it stays. */
function widen(address: Address, lan: boolean | undefined): Address {
  const loopback = /^(127\.|::1$|localhost$)/.test(address.host)
  return lan && loopback ? { host: '0.0.0.0', port: address.port } : address
}

/** An embedded broker beside listed ones is only there when asked for: one of them may be the local one. */
function resolveMqttListen({ mqtt }: ConfigFile): Address | null {
  if (mqtt.listen === 'off' || mqtt.listen === false) return null
  if (mqtt.listen !== undefined) return mqtt.listen
  return mqtt.brokers.length > 0 ? null : { host: '127.0.0.1', port: 1883 }
}

function resolveUsers({ mqtt }: ConfigFile, base: string, around: Surroundings): BrokerUser[] {
  reportTwins(mqtt.users, (user) => user.name, ['mqtt', 'users'], 'name', around)
  return mqtt.users.map((user, i) => ({
    name: user.name,
    passwordHash:
      user.passwordHash ?? readSecret(base, user.passwordHashFile!, ['mqtt', 'users', i, 'passwordHashFile'], around),
  }))
}

function resolveBrokers({ mqtt }: ConfigFile, base: string, around: Surroundings): BrokerConfig[] {
  const brokers = mqtt.brokers.map((broker, i): BrokerConfig => {
    const path = ['mqtt', 'brokers', i] as const
    const url = new URL(broker.url)
    const username = broker.username ?? decodeURIComponent(url.username)
    const password =
      broker.passwordFile === undefined
        ? (broker.password ?? decodeURIComponent(url.password))
        : readSecret(base, broker.passwordFile, [...path, 'passwordFile'], around)
    url.username = ''
    url.password = ''
    const plain = url.href.replace(/\/$/, '')
    const pem = (key: 'ca' | 'cert' | 'key') =>
      broker[key] === undefined ? {} : { [key]: readable(base, broker[key], [...path, key], around) }
    return {
      name: broker.name ?? plain,
      url: plain,
      ...(username && { username }),
      ...(password && { password }),
      clientId: broker.clientId ?? `rivulet-${hostname().replace(/[^A-Za-z0-9-]/g, '-')}`,
      topics: broker.topics,
      ...(broker.version !== undefined && { protocolVersion: broker.version === '3.1.1' ? 4 : 5 }),
      tls: { ...pem('ca'), ...pem('cert'), ...pem('key') },
    }
  })
  reportTwins(brokers, (broker) => broker.name, ['mqtt', 'brokers'], 'name', around)
  // MQTT 5.0 §3.1.4: a second client of the same name throws the first one out, and both would do so for ever.
  const session = (broker: BrokerConfig) => `${broker.url} ${broker.clientId}`
  reportTwins(brokers, session, ['mqtt', 'brokers'], 'clientId', around)
  return brokers
}

function resolveSerial(parsed: ConfigFile, base: string, around: Surroundings): Config['serial'] {
  const ports = parsed.serial.map((entry) => ({
    ...entry,
    port: /^[./]/.test(entry.port) ? resolve(base, entry.port) : entry.port,
  }))
  reportTwins(ports, (entry) => entry.port, ['serial'], 'port', around)
  for (const [i, { device, addresses = [] }] of ports.entries()) {
    if (device === undefined || addresses.length < 2) continue
    const instead = 'take it out: each is called by the port and its address'
    around.problem(
      ['serial', i, 'device'],
      `${around.nameOf(['serial', i, 'device'])} is one name for several addresses`,
      instead,
    )
  }
  return ports
}

function checkProfiles(parsed: ConfigFile, around: Surroundings): void {
  for (const [i, { profile, addresses }] of parsed.serial.entries()) {
    if (!around.profileNames || around.profileNames.includes(profile)) {
      if (addresses && around.addressedProfiles && !around.addressedProfiles.includes(profile))
        around.problem(
          ['serial', i, 'addresses'],
          `${profile} is not asked by address`,
          'take it out: this is no Modbus profile, or one whose registers name their slaves',
        )
      continue
    }
    const near = nearest(profile, around.profileNames)
    const known = near ? `write ${near}` : `known: ${around.profileNames.join(', ')}`
    around.problem(['serial', i, 'profile'], `unknown profile ${JSON.stringify(profile)}`, known)
  }
}

function resolveProfiles(named: string | undefined, base: string, around: Surroundings): string | null {
  const folder = resolve(base, named ?? './profiles')
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder
  if (named !== undefined)
    around.problem(['profiles'], `there is no folder ${folder}`, 'create it, or leave the key out')
  return null
}

function reportTwins<T>(list: readonly T[], key: (entry: T) => string, path: Path, name: string, around: Surroundings) {
  const seen = new Set<string>()
  for (const [i, entry] of list.entries()) {
    if (seen.has(key(entry)))
      around.problem(
        [...path, i],
        `${around.nameOf([...path, i])} has the same ${name} as an entry before it`,
        `give it another ${name}, or remove one`,
      )
    seen.add(key(entry))
  }
}

/** The absolute path of a file that must be there when the gateway starts. */
function readable(base: string, file: string, path: Path, around: Surroundings): string {
  const absolute = isAbsolute(file) ? file : resolve(base, file)
  try {
    accessSync(absolute, constants.R_OK)
  } catch (error) {
    cannotRead(absolute, error, path, around)
  }
  return absolute
}

/** What a secret's file holds, without the newline that editors add. */
function readSecret(base: string, file: string, path: Path, around: Surroundings): string {
  const absolute = resolve(base, file)
  try {
    return readFileSync(absolute, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    cannotRead(absolute, error, path, around)
    return ''
  }
}

function cannotRead(file: string, error: unknown, path: Path, around: Surroundings): void {
  const { code } = error as NodeJS.ErrnoException
  const instead = code === 'ENOENT' ? 'create it, or correct the path' : 'let the user who runs rivulet read it'
  around.problem(path, `${around.nameOf(path)}: cannot read ${file} (${code})`, instead)
}
