import { isIPv6 } from 'node:net'

/**
 * Counts connections by address, so that one machine cannot take all of them; by network of IPv6, where one has 2^64
 * addresses (RFC 4291 §2.5.4). Loopback is exempt: that is ourselves.
 */
export class AddressCount {
  readonly #max: number
  readonly #counts = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** Counts one more from `address`; false, and nothing is counted, when it has all it may. */
  add(address: string): boolean {
    const network = networkOf(address)
    const count = this.#counts.get(network) ?? 0
    if (count >= this.#max && !isLoopbackAddress(address)) return false
    this.#counts.set(network, count + 1)
    return true
  }

  remove(address: string): void {
    const network = networkOf(address)
    const count = (this.#counts.get(network) ?? 0) - 1
    if (count > 0) this.#counts.set(network, count)
    else this.#counts.delete(network)
  }
}

/** Whether somebody on this machine has connected: there addresses tell nobody apart, and a socket file has none. */
export function isLoopbackAddress(address: string): boolean {
  return address === '' || address === '::1' || /^(::ffff:)?127\./.test(address)
}

/** The first 64 bits of an IPv6 address as Node.js writes it (RFC 5952); any other address itself. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  if (tail !== undefined) while (groups.length + rest.length < 8) groups.push('0')
  return [...groups, ...rest].slice(0, 4).join(':')
}
