import { isTopicFilter } from '../mqtt/topics.ts'

/** Filters a client may subscribe to; each is looked at for the messages of all others. */
const filtersMax = 1000

/** Levels in the filters of all clients. Each takes some 700 bytes where filters have nothing in common: 140 MB. */
export const filterLevelsMax = 200_000

interface Client {
  readonly filters: Set<string>
  /** Who was let in, and what stood behind them then. */
  user?: { readonly name: string; readonly proof: unknown }
}

/** What is known of those who are connected. */
export class Clients<Connection extends object> {
  readonly #proofOf: (user: string) => unknown
  readonly #clients = new Map<Connection, Client>()
  /** In the filters of all of them. */
  #levels = 0
  /** Also of those that are gone, for whoever tells of them. */
  readonly #addresses = new WeakMap<Connection, string>()

  /** @param proofOf what stands behind a user, such as a hash: another one after a change, undefined when the user is gone */
  constructor(proofOf: (user: string) => unknown) {
    this.#proofOf = proofOf
  }

  get size(): number {
    return this.#clients.size
  }

  all(): Connection[] {
    return [...this.#clients.keys()]
  }

  add(connection: Connection, address: string): void {
    this.#clients.set(connection, { filters: new Set() })
    this.#addresses.set(connection, address)
  }

  delete(connection: Connection): void {
    for (const filter of this.#clients.get(connection)?.filters ?? []) this.#levels -= levelsOf(filter)
    this.#clients.delete(connection)
  }

  addressOf(connection: Connection): string {
    return this.#addresses.get(connection) ?? 'an unknown address'
  }

  /** Why the client may not subscribe to that filter, or undefined when it has now. */
  subscribe(connection: Connection, filter: string): string | undefined {
    const filters = this.#clients.get(connection)?.filters
    if (!filters) return 'it is gone'
    // Below it aedes tells which clients there are, and what they subscribe to.
    if (filter.startsWith('$SYS')) return '$SYS is the broker’s'
    // What is no UTF-8 (MQTT 3.1.1 §1.5.3) comes here with replacement characters in it.
    if (!isTopicFilter(filter) || filter.includes('\ufffd')) return 'it is no topic filter'
    if (filters.has(filter)) return undefined
    if (filters.size >= filtersMax) return `it has ${filtersMax} already`
    const levels = levelsOf(filter)
    if (this.#levels + levels > filterLevelsMax) return 'all clients together have as many as there is room for'
    this.#levels += levels
    filters.add(filter)
    return undefined
  }

  unsubscribe(connection: Connection, filter: string): void {
    if (this.#clients.get(connection)?.filters.delete(filter)) this.#levels -= levelsOf(filter)
  }

  admit(connection: Connection, user: string): void {
    const client = this.#clients.get(connection)
    if (client) client.user = { name: user, proof: this.#proofOf(user) }
  }

  /** Those whose user was removed or has another password, with the user's name. */
  fallen(): [Connection, string][] {
    const fallen: [Connection, string][] = []
    for (const [connection, { user }] of this.#clients) {
      const proof = user && this.#proofOf(user.name)
      if (user && (proof === undefined || proof !== user.proof)) fallen.push([connection, user.name])
    }
    return fallen
  }
}

export function levelsOf(filter: string): number {
  return filter.split('/').length
}
