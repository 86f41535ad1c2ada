import { randomBytes } from 'node:crypto'
import type { Records } from '../log/store.ts'
import { hashPassword } from '../password.ts'
import type { Millis } from '../reading.ts'
import { SecretChecks } from '../secret-checks.ts'
import type { Identity, Verifier } from './access.ts'

/** What may be told of a token: everything but the token. */
export interface TokenInfo {
  readonly id: string
  readonly name?: string | undefined
  readonly admin: boolean
  /** Globs of the devices it may read. */
  readonly read: readonly string[]
  readonly created: Millis
  /** Absent: never. */
  readonly expires?: Millis | undefined
}

export interface TokenRequest {
  readonly name?: string | undefined
  readonly admin?: boolean | undefined
  readonly read?: readonly string[] | undefined
  readonly expires?: Millis | undefined
}

/** The hash without its cost. */
interface Kept extends TokenInfo {
  readonly salt: string
  readonly hash: string
}

const recordKind = 'token'

/** Of `hashPassword`; it is not kept with a token, so that another one would be no reason to forget this one. */
const cost = 'scrypt$16384$8$1'

/** Tokens that are checked at a time; each is checked once a start. */
const checksWaitingMax = 16

/**
 * The tokens of this gateway: `rvl_<id>_<secret>`, of which only a scrypt hash is kept. The id says which hash to
 * compare with, so that an unknown token costs nothing.
 */
export class TokenStore implements Verifier {
  readonly #records: Records
  readonly #checks = new SecretChecks(checksWaitingMax)

  constructor(records: Records) {
    this.#records = records
  }

  /** Whether anybody could sign in at all. */
  get isEmpty(): boolean {
    return this.#records.all(recordKind).size === 0
  }

  list(): TokenInfo[] {
    return [...this.#records.all(recordKind).values()].map((text) => publicPart(JSON.parse(text) as Kept))
  }

  /** Makes a token. Its text is told here and never again. */
  async create({ name, admin = false, read = ['*'], expires }: TokenRequest): Promise<TokenInfo & { token: string }> {
    // 40 bits name it, 256 bits prove it.
    const id = randomBytes(5).toString('hex')
    const token = `rvl_${id}_${randomBytes(32).toString('base64url')}`
    const [salt, hash] = (await hashPassword(token)).slice(cost.length + 1).split('$') as [string, string]
    const info: TokenInfo = { id, name, admin, read, created: Date.now(), expires }
    const kept: Kept = { ...info, salt, hash }
    this.#records.put(recordKind, id, JSON.stringify(kept))
    return { ...info, token }
  }

  /** False when there is no such token. */
  revoke(id: string): boolean {
    if (this.#records.get(recordKind, id) === undefined) return false
    this.#records.delete(recordKind, id)
    return true
  }

  /** @throws GatewayError `unavailable` when too many are being checked */
  async verify(token: string): Promise<Identity | null> {
    const id = /^rvl_([0-9a-f]{10})_[A-Za-z0-9_-]{43}$/.exec(token)?.[1]
    const kept = id === undefined ? undefined : this.#kept(id)
    if (id === undefined || kept === undefined || isExpired(kept)) return null
    if (!(await this.#checks.isRight(id, token, () => this.#hashOf(id)))) return null
    return { id, byToken: true, admin: kept.admin, read: kept.read }
  }

  holds(id: string): boolean {
    const kept = this.#kept(id)
    return kept !== undefined && !isExpired(kept)
  }

  #kept(id: string): Kept | undefined {
    const text = this.#records.get(recordKind, id)
    return text === undefined ? undefined : (JSON.parse(text) as Kept)
  }

  #hashOf(id: string): string | undefined {
    const kept = this.#kept(id)
    return kept && [cost, kept.salt, kept.hash].join('$')
  }
}

function isExpired({ expires }: Kept): boolean {
  return expires !== undefined && expires <= Date.now()
}

function publicPart({ salt: _salt, hash: _hash, ...info }: Kept): TokenInfo {
  return info
}
