/** Filters a client may subscribe to; each is looked at for the messages of all others. */
const filtersMax = 1000

interface Client {
  readonly filters: Set<string>
  /** Who was let in, and what stood behind them then. */
  user?: { readonly name: string; readonly proof: unknown }
}

/** What is known of those who are connected. */
export class Clients<Connection extends object> {
  readonly #proofOf: (user: string) => unknown
  readonly #clients = new Map<Connection, Client>()
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
    this.#clients.delete(connection)
  }

  addressOf(connection: Connection): string {
    return this.#addresses.get(connection) ?? 'an unknown address'
  }

  /** False when the client may not have that filter, or no more of them. */
  subscribe(connection: Connection, filter: string): boolean {
    const filters = this.#clients.get(connection)?.filters
    // Below $SYS aedes tells which clients there are, and what they subscribe to.
    if (!filters || filter.startsWith('$SYS') || (filters.size >= filtersMax && !filters.has(filter))) return false
    filters.add(filter)
    return true
  }

  unsubscribe(connection: Connection, filter: string): void {
    this.#clients.get(connection)?.filters.delete(filter)
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
