import { GatewayError } from '../errors.ts'
import type { Millis } from '../reading.ts'

const unitMs: Record<string, Millis> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** The parameters of a request, read strictly: a misspelt one would otherwise quietly answer another question. */
export class Query {
  readonly #values: URLSearchParams

  /**
   * @param search what follows the `?` of a URL
   * @throws GatewayError `usage` for a parameter that is not in `known`
   */
  constructor(search: string, known: readonly string[]) {
    this.#values = new URLSearchParams(search)
    for (const name of this.#values.keys()) {
      if (!known.includes(name))
        throw new GatewayError('usage', `unknown parameter ${name}`, `known here: ${known.join(', ')}`)
    }
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  /** All values of a parameter that may be repeated. */
  all(name: string): string[] {
    return this.#values.getAll(name)
  }

  /** The value of a parameter that may be given once. */
  one(name: string): string | undefined {
    const values = this.#values.getAll(name)
    if (values.length > 1) throw new GatewayError('usage', `${name} is given ${values.length} times`, 'give it once')
    return values[0]
  }

  /** A whole number from `min` to `max`. */
  whole(name: string, min: number, max: number): number | undefined {
    const text = this.one(name)
    if (text === undefined) return undefined
    const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new GatewayError('usage', `${name}=${text} is not possible`, `use a whole number from ${min} to ${max}`)
  }

  /** A moment: RFC 3339, or a duration back from now such as `10m`. */
  time(name: string): Millis | undefined {
    const text = this.one(name)
    if (text === undefined) return undefined
    const time = parseTime(text)
    if (time !== undefined) return time
    throw new GatewayError(
      'usage',
      `${name}=${text} is not a time`,
      'use RFC 3339, such as 2026-11-22T10:00:00Z, or a duration back from now, such as 90s, 10m, 2h or 7d',
    )
  }
}

function parseTime(text: string): Millis | undefined {
  const ago = /^([0-9]{1,9})(ms|s|m|h|d|w)$/.exec(text)
  if (ago) return Date.now() - Number(ago[1]) * unitMs[ago[2]!]!
  // A plus sign that was not escaped arrives as a space.
  const moment = text.replace(/ (?=\d\d:\d\d$)/, '+')
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(moment)) return undefined
  const time = Date.parse(moment.toUpperCase())
  return Number.isNaN(time) ? undefined : time
}
