import { type Pace, pace } from './pace.ts'

/** More addresses than a house has; whoever has a whole network of them is held back by nothing that goes by address. */
const addressesMax = 1000

/**
 * Remembers how far clients were ahead of their rate when they left: one that comes back goes on there, or whoever connects anew
 * for each message could send any number of them.
 */
export class Paces {
  readonly #perSecondOf: (address: string) => number
  readonly #left = new Map<string, Pace>()

  constructor(perSecondOf: (address: string) => number) {
    this.#perSecondOf = perSecondOf
  }

  /** That of a new connection. */
  begin(address: string): Pace {
    const known = this.#left.get(address)
    this.#left.delete(address)
    return known ?? pace(this.#perSecondOf(address))
  }

  /** The connection has ended. Of several clients at one address, as behind a router, the one furthest ahead is remembered. */
  end(address: string, pace: Pace): void {
    const known = this.#left.get(address)
    if (known && known.ahead() > pace.ahead()) return
    this.#left.delete(address)
    this.#left.set(address, pace)
    if (this.#left.size > addressesMax) this.#left.delete(this.#left.keys().next().value!)
  }
}
