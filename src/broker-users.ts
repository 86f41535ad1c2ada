import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { BrokerUser } from './config/config.ts'
import { GatewayError } from './errors.ts'
import type { Records } from './log/store.ts'
import { hashPassword } from './password.ts'
import { SecretChecks } from './secret-checks.ts'

const recordKind = 'broker-user'

/** A house of sensors, all of them back at the same moment; and of those, the ones behind one bridge. */
const checksWaitingMax = 64
const checksOfAddressMax = 16

/**
 * Users of the embedded broker: those of the configuration, which only it can change, and those made by command, kept
 * as hashes with the log.
 */
export class BrokerUsers {
  readonly #records: Records
  #configured: ReadonlyMap<string, string>
  readonly #checks = new SecretChecks(checksWaitingMax, checksOfAddressMax)
  #lent: { readonly username: string; readonly digest: Buffer } | undefined

  constructor(records: Records, configured: readonly BrokerUser[]) {
    this.#records = records
    this.#configured = hashes(configured)
  }

  get isEmpty(): boolean {
    return this.list().length === 0
  }

  list(): { readonly name: string }[] {
    const names = new Set([...this.#configured.keys(), ...this.#records.all(recordKind).keys()])
    return [...names].sort().map((name) => ({ name }))
  }

  /** Takes what the configuration says now. */
  configure(users: readonly BrokerUser[]): void {
    this.#configured = hashes(users)
  }

  /** @throws GatewayError `conflict` when there is one of that name */
  async add(name: string, password: string): Promise<void> {
    const taken = () =>
      new GatewayError('conflict', `there is a user ${name} already`, 'rivulet user passwd changes it')
    if (this.#hashOf(name) !== undefined) throw taken()
    const hash = await hashPassword(password)
    if (this.#hashOf(name) !== undefined) throw taken()
    this.#records.put(recordKind, name, hash)
  }

  /** @throws GatewayError `not-found`, or `conflict` for a user of the configuration */
  async setPassword(name: string, password: string): Promise<void> {
    this.#own(name)
    const hash = await hashPassword(password)
    this.#records.put(recordKind, name, hash)
  }

  /** False when there is no such user. @throws GatewayError `conflict` for a user of the configuration */
  remove(name: string): boolean {
    if (this.#hashOf(name) === undefined) return false
    this.#own(name)
    this.#records.delete(recordKind, name)
    return true
  }

  /** A user for a client in this process: never stored, void when the process ends. */
  lend(): { readonly username: string; readonly password: string } {
    const username = 'rivulet-internal'
    const password = randomBytes(24).toString('base64url')
    this.#lent = { username, digest: sha256(password) }
    return { username, password }
  }

  /** Whether somebody at that address may connect. @throws GatewayError `unavailable` when too many wait to be looked at */
  async verify(name: string, password: string, address: string): Promise<boolean> {
    if (name === this.#lent?.username) return timingSafeEqual(this.#lent.digest, sha256(password))
    return this.#checks.isRight(name, password, () => this.#hashOf(name), address)
  }

  /** What stands behind a user who was let in: another one once it was changed, undefined when it is gone. */
  proofOf(name: string): string | undefined {
    return name === this.#lent?.username ? 'lent' : this.#hashOf(name)
  }

  #hashOf(name: string): string | undefined {
    return this.#configured.get(name) ?? this.#records.get(recordKind, name)
  }

  #own(name: string): void {
    if (this.#configured.has(name))
      throw new GatewayError('conflict', `${name} stands in the configuration`, 'change mqtt.users there')
    if (this.#records.get(recordKind, name) === undefined)
      throw new GatewayError('not-found', `there is no user ${name}`, 'rivulet user list shows them')
  }
}

function hashes(users: readonly BrokerUser[]): ReadonlyMap<string, string> {
  return new Map(users.map(({ name, passwordHash }) => [name, passwordHash]))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
