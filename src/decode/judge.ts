import type { ValueType } from '../metrics.ts'
import { tidy } from '../units.ts'
import type { Leaf, Scaling } from './leaf.ts'
import { parseNumber } from './number.ts'
import type { Reason } from './reason.ts'

/** The canonical value of a raw one, or why it is none. */
export function judgeNumber(leaf: Leaf, raw: unknown, scale: Scaling): number | Reason {
  const value = typeof raw === 'number' ? raw : typeof raw === 'string' ? parseNumber(raw) : reasonFor(raw)
  if (typeof value === 'string') return value
  // JSON.parse takes 1e999 for Infinity.
  if (value - value !== 0) return 'not_finite'
  if (isInexact(value)) return 'precision_loss'
  if (leaf.rawSentinels?.includes(value)) return 'sentinel'
  // Adding 0 makes a negative zero plain zero.
  const canonical = scale.plain ? value + 0 : tidy((value * scale.factor) / scale.divisor + scale.shift) + 0
  if (leaf.sentinels?.includes(canonical)) return 'sentinel'
  return canonical >= leaf.min && canonical <= leaf.max ? canonical : 'out_of_range'
}

type Judged =
  | { readonly value: boolean | string; readonly reason?: never }
  | { readonly value?: never; readonly reason: Reason }

/** The boolean or word of a raw value, or why it is none. */
export function judgeWord(type: ValueType, raw: unknown): Judged {
  if (typeof raw === 'boolean') return type === 'text' ? { reason: 'type_mismatch' } : { value: raw }
  if (typeof raw === 'number')
    return type === 'flag' && (raw === 0 || raw === 1) ? { value: raw === 1 } : { reason: 'type_mismatch' }
  if (typeof raw !== 'string') return { reason: reasonFor(raw) }
  const word = raw.trim()
  const flag = type === 'flag' ? flags.get(word.toLowerCase()) : undefined
  if (flag !== undefined) return { value: flag }
  const missing = missingWord(word)
  if (missing) return { reason: missing }
  return type === 'flag' || word.length > textMax ? { reason: 'type_mismatch' } : { value: word }
}

/** Longest word kept. */
const textMax = 256

const flags = new Map<string, boolean>()
for (const word of ['on', 'true', 'yes', '1']) flags.set(word, true)
for (const word of ['off', 'false', 'no', '0']) flags.set(word, false)

/** A number must not be one of these words, a state may be: the error is what it tells. */
const stateWords = new Set([
  ...['error', 'err', 'fault', 'offline', 'disconnected', 'none', 'fail', 'failed', 'invalid', 'timeout', 'overflow'],
])

function missingWord(word: string): Reason | null {
  const reason = parseNumber(word)
  const missing = reason === 'empty' || reason === 'no_value' || reason === 'null_value'
  return missing && !stateWords.has(word.toLowerCase()) ? reason : null
}

function reasonFor(raw: unknown): Reason {
  return raw === null ? 'null_value' : 'type_mismatch'
}

function isInexact(value: number): boolean {
  return (value > Number.MAX_SAFE_INTEGER || value < -Number.MAX_SAFE_INTEGER) && Number.isInteger(value)
}
