import type { Reason } from './reason.ts'

/**
 * A decimal number by a strict grammar, or why not: `[+-] digits [. digits] [e [+-] digits]`, spaces around allowed. No hex, no
 * decimal comma, no thousands separator, no unit, and an empty text is not zero, all of which `Number()` or `parseFloat()` take.
 */
export function parseNumber(text: string): number | Reason {
  const end = skipSpacesBack(text)
  const start = skipSpaces(text, end)
  if (start === end) return 'empty'
  if (isDecimal(text, start, end)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : 'not_finite'
  }
  return wordReason(text.slice(start, end))
}

/** Why a word stands where a number should. */
export function wordReason(word: string): Reason {
  // The longest word below has 13 letters; text that long is not lower-cased for every message.
  return word.length > 16 ? 'type_mismatch' : (words.get(word.toLowerCase()) ?? 'type_mismatch')
}

const words = new Map<string, Reason>()
for (const word of [
  'nan',
  '+nan',
  '-nan',
  'inf',
  '+inf',
  '-inf',
  'infinity',
  '+infinity',
  '-infinity',
  '1.#inf',
  '1.#qnan',
])
  words.set(word, 'not_finite')
for (const word of [
  ...['unavailable', 'unknown', 'undefined', 'none', 'nil', 'n/a', 'na', 'not available', 'no value', 'no data'],
  ...['offline', 'disconnected', 'err', 'error', 'fail', 'failed', 'fault', 'invalid', 'timeout', 'ovf', 'overflow'],
  ...['-', '--', '---', '----', '?', '??', '???', '*', '**', '***'],
])
  words.set(word, 'no_value')
words.set('null', 'null_value')

function isDecimal(text: string, start: number, end: number): boolean {
  let i = start
  let code = text.charCodeAt(i)
  if (code === plus || code === minus) i++
  const whole = i
  while (i < end && isDigit(text.charCodeAt(i))) i++
  let digits = i - whole
  if (i < end && text.charCodeAt(i) === dot) {
    const fraction = ++i
    while (i < end && isDigit(text.charCodeAt(i))) i++
    digits += i - fraction
  }
  if (digits === 0) return false
  if (i === end) return true
  code = text.charCodeAt(i)
  if (code !== upperE && code !== lowerE) return false
  i++
  code = text.charCodeAt(i)
  if (i < end && (code === plus || code === minus)) i++
  const exponent = i
  while (i < end && isDigit(text.charCodeAt(i))) i++
  return i === end && i > exponent
}

function skipSpaces(text: string, end: number): number {
  let i = 0
  while (i < end && isSpace(text.charCodeAt(i))) i++
  return i
}

function skipSpacesBack(text: string): number {
  let i = text.length
  while (i > 0 && isSpace(text.charCodeAt(i - 1))) i--
  return i
}

const plus = 0x2b
const minus = 0x2d
const dot = 0x2e
const upperE = 0x45
const lowerE = 0x65

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
