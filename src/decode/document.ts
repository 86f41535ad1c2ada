import { type BytesRule, behind, decodeBytes, pickBits, readNumber } from './bytes.ts'
import type { Draft } from './draft.ts'
import { meaningOf } from './names.ts'
import { parseNumber } from './number.ts'
import { lookUp } from './path.ts'
import { asBuffer } from './payload.ts'
import type { Reason } from './reason.ts'
import type { Rule } from './rule.ts'

/** Makes the payload the draft's document; the reason why not, or that the frame is of another shape than the rule's. */
export function readDocument(rule: Rule, draft: Draft): Reason | 'another' | null {
  const { bytes } = rule.message
  if (bytes && bytes.from === undefined) return readBytes(rule, draft)
  if (rule.split !== null) {
    const text = draft.text()
    if (text === null) return 'not_utf8'
    const fields = rule.split(text)
    draft.root = fields
    if (fields !== null) return rule.message.columns && isHeader(fields) ? 'header_line' : null
    return rule.message.columns ? 'column_count' : 'text_syntax'
  }
  if (!draft.read()) return draft.problem
  return bytes?.from === undefined ? null : findInnerBytes(bytes, draft)
}

/** The numbers that stand in the bytes, by the names of their fields; a field beyond the end is not there. */
export function fieldsOf(rule: Rule, bytes: Buffer): Record<string, number> {
  const document: Record<string, number> = {}
  for (const [name, { at, type, bits }] of Object.entries(rule.message.bytes!.fields)) {
    const value = readNumber(bytes, at, type)
    if (value !== undefined) document[name] = bits ? pickBits(value, bits[0], bits[1]) : value
  }
  return document
}

function readBytes(rule: Rule, draft: Draft): Reason | 'another' | null {
  const { encoding, after, length } = rule.message.bytes!
  const payload = asBuffer(draft.frame.payload)
  const bytes = encoding === 'raw' ? behind(payload, after) : decodeBytes(payload.toString('latin1'), encoding, after)
  if (!bytes) return after === undefined ? 'text_syntax' : 'another'
  if (length !== undefined && bytes.length !== length) return 'another'
  draft.bytes = bytes
  draft.root = fieldsOf(rule, bytes)
  return null
}

/** Bytes that stand as text in a document, beside other members. */
function findInnerBytes({ from, encoding, after }: BytesRule, draft: Draft): Reason | 'another' | null {
  const text = lookUp(draft.root, from!.split('.'))
  const bytes = typeof text === 'string' ? decodeBytes(text, encoding, after) : null
  draft.bytes = bytes
  return bytes ? null : 'another'
}

/** Whether a row holds names like those of its columns, and no number: what a sketch prints when it starts. */
function isHeader(fields: Record<string, string>): boolean {
  const cells = Object.entries(fields)
  return (
    cells.every(([, cell]) => parseNumber(cell) === 'type_mismatch') &&
    cells.some(
      ([name, cell]) => cell === name || (meaningOf(cell) && meaningOf(cell)?.metric === meaningOf(name)?.metric),
    )
  )
}
