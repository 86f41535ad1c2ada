import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { GatewayError } from '../errors.ts'
import type { Records } from '../log/store.ts'
import type { Millis } from '../reading.ts'
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

interface Kept extends TokenInfo {
  readonly salt: string
  readonly hash: string
}

const recordKind = 'token'

/** OWASP's least for scrypt: 16 MB and about 50 ms on a PC; run once for each token and start. */
const cost = { N: 16_384, r: 8, p: 1 } as const
const hashBytes = 32

/** Checks that may wait for each other. They run one by one, so that wrong tokens cannot take memory and all cores. */
const checksWaitingMax = 16

const stretch = promisify<string, Buffer, number, typeof cost, Buffer>(scrypt)

/**
 * The tokens of this gateway: `rvl_<id>_<secret>`, of which only a scrypt hash is kept. The id says which hash to
 * compare with, so that an unknown token costs nothing.
 */
export class TokenStore implements Verifier {
  readonly #records: Records
  /** SHA-256 of a token that was right, by id: the next request with it is compared with that instead. */
  readonly #proven = new Map<string, Buffer>()
  #checks: Promise<unknown> = Promise.resolve()
  #waiting = 0
  /** Checks that wait or run, by the SHA-256 of the token. */
  readonly #running = new Map<string, Promise<boolean>>()

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
    const salt = randomBytes(16)
    const hash = await stretch(token, salt, hashBytes, cost)
    const info: TokenInfo = { id, name, admin, read, created: Date.now(), expires }
    const kept: Kept = { ...info, salt: salt.toString('base64'), hash: hash.toString('base64') }
    this.#records.put(recordKind, id, JSON.stringify(kept))
    return { ...info, token }
  }

  /** False when there is no such token. */
  revoke(id: string): boolean {
    this.#proven.delete(id)
    if (this.#records.get(recordKind, id) === undefined) return false
    this.#records.delete(recordKind, id)
    return true
  }

  /** @throws GatewayError `unavailable` when too many are being checked */
  async verify(token: string): Promise<Identity | null> {
    const id = /^rvl_([0-9a-f]{10})_[A-Za-z0-9_-]{43}$/.exec(token)?.[1]
    const text = id === undefined ? undefined : this.#records.get(recordKind, id)
    if (id === undefined || text === undefined) return null
    const kept = JSON.parse(text) as Kept
    if (isExpired(kept)) return null
    const digest = createHash('sha256').update(token).digest()
    const proven = this.#proven.get(id)
    if (!(proven && timingSafeEqual(proven, digest))) {
      if (!(await this.#check(digest, () => isRight(token, kept)))) return null
      // It may have been revoked meanwhile.
      if (this.#records.get(recordKind, id) !== text) return null
      this.#proven.set(id, digest)
    }
    return { id, byToken: true, admin: kept.admin, read: kept.read }
  }

  holds(id: string): boolean {
    const text = this.#records.get(recordKind, id)
    return text !== undefined && !isExpired(JSON.parse(text) as Kept)
  }

  /** After a restart all tabs come back with the same token at once: one check serves all that wait for it. */
  #check(digest: Buffer, check: () => Promise<boolean>): Promise<boolean> {
    const key = digest.toString('base64')
    const running = this.#running.get(key) ?? this.#inTurn(check).finally(() => this.#running.delete(key))
    this.#running.set(key, running)
    return running
  }

  async #inTurn<T>(check: () => Promise<T>): Promise<T> {
    if (this.#waiting >= checksWaitingMax)
      throw new GatewayError('unavailable', 'too many tokens are being checked', 'try again in a second')
    this.#waiting++
    const result = this.#checks.then(check)
    this.#checks = result.catch(() => {})
    try {
      return await result
    } finally {
      this.#waiting--
    }
  }
}

async function isRight(token: string, { salt, hash }: Kept): Promise<boolean> {
  const found = await stretch(token, Buffer.from(salt, 'base64'), hashBytes, cost)
  return timingSafeEqual(found, Buffer.from(hash, 'base64'))
}

function isExpired({ expires }: Kept): boolean {
  return expires !== undefined && expires <= Date.now()
}

function publicPart({ salt: _salt, hash: _hash, ...info }: Kept): TokenInfo {
  return info
}
