/** Counts connections by address, so that one machine cannot take all of them. Loopback is exempt: that is ourselves. */
export class AddressCount {
  readonly #max: number
  readonly #counts = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** Counts one more from `address`; false, and nothing is counted, when it has all it may. */
  add(address: string): boolean {
    const count = this.#counts.get(address) ?? 0
    if (count >= this.#max && !isLoopbackAddress(address)) return false
    this.#counts.set(address, count + 1)
    return true
  }

  remove(address: string): void {
    const count = (this.#counts.get(address) ?? 0) - 1
    if (count > 0) this.#counts.set(address, count)
    else this.#counts.delete(address)
  }
}

/** Whether somebody on this machine has connected: there addresses tell nobody apart. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}
