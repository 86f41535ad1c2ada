import { createHash, timingSafeEqual } from 'node:crypto'
import { AddressCount } from './address-count.ts'
import { GatewayError } from './errors.ts'
import { hashPassword, isPassword } from './password.ts'

/** An owner with no hash behind it costs as long to refuse as one with: names cannot be found out by the clock. */
const nobody = hashPassword('nobody')

/**
 * Holds secrets against their hashes, one after the other, so that wrong ones cannot take memory and all cores. One that
 * was right is known again by its SHA-256: who comes back often does not cost a scrypt each time.
 */
export class SecretChecks {
  readonly #waitingMax: number
  /** Of those that wait, whose they are. */
  readonly #addresses: AddressCount
  readonly #proven = new Map<string, { readonly kept: string; readonly digest: Buffer }>()
  /** Checks that wait or run. */
  readonly #running = new Map<string, Promise<boolean>>()
  #last: Promise<unknown> = Promise.resolve()

  /**
   * @param waitingMax checks that may wait for each other
   * @param perAddressMax of those from one address, so that somebody who guesses leaves room for others
   */
  constructor(waitingMax: number, perAddressMax = waitingMax) {
    this.#waitingMax = waitingMax
    this.#addresses = new AddressCount(perAddressMax)
  }

  /**
   * Whether a secret is that of its owner.
   * @param keptOf the owner's hash, see `hashPassword`; asked again when the check is done, since it may be gone by then
   * @param address whose secret it is said to be; loopback unless given
   * @throws GatewayError `unavailable` when too many wait
   */
  async isRight(
    owner: string,
    secret: string,
    keptOf: () => string | undefined,
    address = '127.0.0.1',
  ): Promise<boolean> {
    const kept = keptOf()
    const digest = createHash('sha256').update(secret).digest()
    const proven = this.#proven.get(owner)
    if (proven && proven.kept === kept && timingSafeEqual(proven.digest, digest)) return true
    const right = await this.#check(`${digest.toString('base64')} ${kept}`, address, async () =>
      isPassword(secret, kept ?? (await nobody)),
    )
    if (!right || kept === undefined || keptOf() !== kept) return false
    this.#proven.set(owner, { kept, digest })
    return true
  }

  /** After a restart all come back with the same secret at once: one check serves all that wait for it. */
  #check(key: string, address: string, check: () => Promise<boolean>): Promise<boolean> {
    const running = this.#running.get(key)
    if (running) return running
    if (this.#running.size >= this.#waitingMax || !this.#addresses.add(address))
      throw new GatewayError('unavailable', 'too many secrets are being checked', 'try again in a second')
    const result = this.#last.then(check).finally(() => {
      this.#running.delete(key)
      this.#addresses.remove(address)
    })
    this.#running.set(key, result)
    this.#last = result.catch(() => {})
    return result
  }
}
