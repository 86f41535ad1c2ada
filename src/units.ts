/** Units and their conversions. A symbol is the IANA SenML one (RFC 8428 §12.1, RFC 8798) where the registry has it. */

import { quantities } from './unit-table.ts'

/** `canonical = raw * factor + offset`. */
export interface Conversion {
  readonly factor: number
  readonly offset: number
}

/** A unit of one physical quantity: `value in the quantity's base unit = value * factor + offset`. */
export interface Unit extends Conversion {
  readonly symbol: string
  readonly quantity: string
}

/**
 * The unit written as `text`, by symbol or alias. Many aliases are ambiguous (`%`, `C`, `m`), so the symbol `like` says
 * which quantity is meant; without it only spellings of one quantity are understood.
 */
export function findUnit(text: string, like?: string): Unit | undefined {
  const spelling = text.trim()
  if (like !== undefined) {
    const quantity = units.get(like)?.quantity
    return quantity === undefined ? undefined : byQuantity.get(`${quantity} ${spelling}`)
  }
  return units.get(spelling) ?? unambiguous.get(spelling) ?? undefined
}

/** The symbol in which a quantity is kept whose metric nobody knows: the first unit of it; undefined for an unknown unit. */
export function baseUnit(text: string): string | undefined {
  const quantity = findUnit(text)?.quantity
  return quantity === undefined ? undefined : quantities[quantity]![0]![0]
}

/** How to get from the unit written as `from` to the symbol `to`; undefined where they are of different quantities. */
export function conversion(from: string, to: string): Conversion | undefined {
  const target = units.get(to)
  if (from === to) return identity
  const source = findUnit(from, to)
  if (!source || !target) return undefined
  if (source === target) return identity
  return { factor: source.factor / target.factor, offset: (source.offset - target.offset) / target.factor }
}

/** The value in the unit `to`, free of the noise of binary fractions; undefined where the units do not fit. */
export function convert(value: number, from: string, to: string): number | undefined {
  const { factor, offset } = conversion(from, to) ?? {}
  return factor === undefined ? undefined : tidy(value * factor + offset!)
}

/**
 * Rounds at 1e-9, far below what any sensor resolves, so that 0.1 + 0.2 stays 0.3. Larger values keep every digit: there
 * the noise is below 1e-9 of the value anyway.
 */
export function tidy(value: number): number {
  return value < 1e6 && value > -1e6 ? Math.round(value * 1e9) / 1e9 : value
}

const identity: Conversion = { factor: 1, offset: 0 }

const units = new Map<string, Unit>()
const byQuantity = new Map<string, Unit>()
/** Null marks a spelling that more than one quantity uses. */
const unambiguous = new Map<string, Unit | null>()
for (const [quantity, rows] of Object.entries(quantities)) {
  for (const [symbol, factor, offset, ...aliases] of rows) {
    const unit: Unit = { symbol, quantity, factor, offset }
    // `g` and `in` are symbols of two quantities; whoever writes them without a quantity means the first.
    if (!units.has(symbol)) units.set(symbol, unit)
    for (const spelling of [symbol, ...aliases]) {
      byQuantity.set(`${quantity} ${spelling}`, unit)
      unambiguous.set(spelling, unambiguous.has(spelling) ? null : unit)
    }
  }
}
// Of whatever it is: RFC 8798 has a symbol for that.
unambiguous.set('%', units.get('/100')!)
