import type { Millis } from '../../reading.ts'
import { type Pace, pace } from './pace.ts'

/** What a connection costs beside a message: a session begins and ends, a password is looked up, a will is kept. */
const connectCost = 10

/** Whoever waits longer than aedes does for its CONNECT would never come in. */
const waitMsMax: Millis = 5000

/** More addresses than a house has; whoever has a whole network of them is held back by nothing that goes by address. */
const addressesMax = 1000

/**
 * Counts the connections of each address against the rate of one client, so that connecting anew for each few messages is no faster
 * than staying. A house behind a router that comes back after a power cut waits a second or two.
 */
export class Connects {
  readonly #perSecondOf: (address: string) => number
  readonly #now: () => Millis
  readonly #paces = new Map<string, Pace>()

  /** @param now a clock that never jumps */
  constructor(perSecondOf: (address: string) => number, now = (): Millis => performance.now()) {
    this.#perSecondOf = perSecondOf
    this.#now = now
  }

  /** The pace of a new connection: it begins when its address may have one more, and has no burst to spend. */
  begin(address: string): Pace {
    const perSecond = this.#perSecondOf(address)
    const connects = this.#paces.get(address) ?? pace(perSecond, this.#now)
    if (connects.ahead() < waitMsMax) connects.spend(connectCost)
    this.#paces.delete(address)
    this.#paces.set(address, connects)
    if (this.#paces.size > addressesMax) this.#paces.delete(this.#paces.keys().next().value!)
    return pace(perSecond, this.#now, this.#now() + Math.max(0, connects.ahead()))
  }
}
