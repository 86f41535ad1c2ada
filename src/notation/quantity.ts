import type { Value } from '../reading.ts'
import { stateWord } from './state.ts'
import { decimalsOf, unitSign } from './unit.ts'

/** What a person reads: the number or word, and the unit beside it (empty where there is none). */
export interface Quantity {
  readonly text: string
  readonly unit: string
}

const numberFormats = new Map<string, Intl.NumberFormat>()

/** A value with its unit, in the reader's locale. */
export function quantity(value: Value, unit: string | null, metric: string): Quantity {
  if (typeof value === 'boolean') return { text: stateWord(metric, value), unit: '' }
  if (typeof value === 'string') return { text: value, unit: '' }
  if (unit === 's' && Math.abs(value) >= 120) return { text: durationText(value), unit: '' }
  return { text: numberText(value, unit), unit: unitSign(unit) }
}

/** A number with the decimals its unit deserves: fewer where it is large, more where they alone tell it from 0. */
export function numberText(value: number, unit: string | null): string {
  const size = Math.abs(value)
  const decimals = decimalsOf(unit, size)
  if (decimals === undefined) return format('s5', { maximumSignificantDigits: 5 }).format(value)
  if (size > 0 && size < 0.5 * 10 ** -decimals) return format('s2', { maximumSignificantDigits: 2 }).format(value)
  const least = unit === '/' ? 0 : decimals
  return format(`${least}-${decimals}`, { minimumFractionDigits: least, maximumFractionDigits: decimals }).format(value)
}

function durationText(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`
}

function format(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  let found = numberFormats.get(key)
  if (!found) {
    found = new Intl.NumberFormat(undefined, options)
    numberFormats.set(key, found)
  }
  return found
}
