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

  /** A duration, such as `10s`, from `min` to `max`. */
  duration(name: string, min: string, max: string): Millis | undefined {
    const text = this.one(name)
    if (text === undefined) return undefined
    const ms = parseDuration(text)
    if (ms !== undefined && ms >= parseDuration(min)! && ms <= parseDuration(max)!) return ms
    throw new GatewayError(
      'usage',
      `${name}=${text} is not possible`,
      `use a duration from ${min} to ${max}, such as 10s`,
    )
  }

  /** A number above 0. */
  positive(name: string): number | undefined {
    const text = this.one(name)
    if (text === undefined) return undefined
    const value = /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN
    if (value > 0) return value
    throw new GatewayError('usage', `${name}=${text} is not possible`, 'use a number above 0, such as 0.5')
  }

  /** A moment: RFC 3339, or a duration back from now such as `10m`. */
  time(name: string): Millis | undefined {
    const text = this.one(name)
    if (text === undefined) return undefined
    const ms = parseDuration(text)
    const time = ms === undefined ? parseTime(text) : Date.now() - ms
    if (time !== undefined) return time
    throw new GatewayError(
      'usage',
      `${name}=${text} is not a time`,
      'use RFC 3339, such as 2026-11-22T10:00:00Z, or a duration back from now, such as 90s, 10m, 2h or 7d',
    )
  }
}

/** A duration such as `10m`, in ms; undefined for anything else. */
export function parseDuration(text: string): Millis | undefined {
  const match = /^([0-9]{1,9})(ms|s|m|h|d|w)$/.exec(text)
  return match ? Number(match[1]) * unitMs[match[2]!]! : undefined
}

/** A moment in RFC 3339; undefined for anything else. */
export function parseTime(text: string): Millis | undefined {
  // A plus sign that was not escaped in a URL arrives as a space.
  const moment = text.replace(/ (?=\d\d:\d\d$)/, '+').toUpperCase()
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(moment)) return undefined
  const time = Date.parse(moment)
  return Number.isNaN(time) ? undefined : time
}
