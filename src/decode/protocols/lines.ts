import * as z from 'zod'
import { findMetric } from '../../metrics.ts'
import { findUnit } from '../../units.ts'
import { portName } from '../device-id.ts'
import type { Draft } from '../draft.ts'
import { isTelling, takeMembers, takeNamed } from '../members.ts'
import { meaningOf } from '../names.ts'
import { parseNumber } from '../number.ts'
import type { Protocol } from './protocol.ts'

interface Options {
  readonly columns?: readonly (string | null)[] | undefined
  readonly delimiter?: string | undefined
}

/**
 * Lines that a sketch prints, recognised one by one: a JSON object, CSV under a line of names or under the columns of the profile, and
 * `name=value` or `Name: value unit`. Each line stands or falls alone; only the names of columns are remembered.
 */
export const lines: Protocol = {
  options: z.strictObject({
    columns: z.array(z.string().nullable()).min(1).optional(),
    delimiter: z.string().min(1).optional(),
  }),
  decode(draft, options) {
    const text = draft.text()?.trim()
    if (text === undefined) draft.reject('not_utf8', 'message')
    else if (text === '') draft.reject('empty', 'message')
    else {
      const { frame } = draft
      draft.about((frame.transport === 'serial' && frame.device) || portName(frame.source))
      takeLine(draft, text, (options ?? {}) as Options)
      if (draft.hasReadings) draft.seen()
    }
    return true
  },
}

function takeLine(draft: Draft, text: string, { columns, delimiter }: Options): void {
  const first = text[0]
  if (first === '{' || first === '[') return takeJson(draft)
  if (columns) return takeRow(draft, text.split(delimiter ?? ','), columns)
  // What is left of an object when the port was opened in the middle of it.
  if (/["{}]/.test(text)) return draft.reject('json_syntax', 'message')
  const cells = text.split(delimiter ?? delimiterOf(text)).map((cell) => cell.trim())
  if (cells.some((cell) => typeof parseNumber(cell) === 'number') && cells.every(isValue))
    return takeRow(draft, cells, null)
  const pairs = scanPairs(text)
  if (pairs.length > 0) takePairs(draft, text, pairs)
  else if (cells.length > 1 && cells.every((cell) => columnName.test(cell)) && isHeader(text, cells))
    rememberColumns(draft, cells)
  else draft.reject('text_syntax', 'message')
}

function takeJson(draft: Draft): void {
  if (draft.read() && typeof draft.root === 'object') takeMembers(draft, draft.root!, 'all')
  else draft.reject(draft.problem, 'message')
}

const columnName = /^[\p{L}_][\p{L}\p{N} _.()%°/²³-]{0,63}$/u

/** Two words are a sentence; with a delimiter between them, or known names among them, they are names of columns. */
function isHeader(text: string, cells: readonly string[]): boolean {
  return delimiterOf(text) instanceof RegExp ? cells.every((cell) => meaningOf(cell)) : cells.length > 1
}

function delimiterOf(text: string): string | RegExp {
  for (const delimiter of [';', '\t', ',', '|']) if (text.includes(delimiter)) return delimiter
  return /\s+/
}

/** A cell of a row of values: a number, or a word that says there is none. */
function isValue(cell: string): boolean {
  const value = parseNumber(cell)
  return (
    typeof value === 'number' ||
    value === 'not_finite' ||
    value === 'no_value' ||
    value === 'null_value' ||
    value === 'empty'
  )
}

const columnsKey = (draft: Draft): string => `columns/${draft.frame.source}`

function rememberColumns(draft: Draft, names: readonly string[]): void {
  draft.put(columnsKey(draft), names)
  draft.reject('header_line', 'message')
}

function takeRow(draft: Draft, cells: readonly string[], configured: readonly (string | null)[] | null): void {
  const names = configured ?? (draft.state.get(columnsKey(draft)) as string[] | undefined)
  if (names && names.length !== cells.length) return draft.reject('column_count', 'message')
  if (configured && cells.every((cell) => !isValue(cell.trim()))) return draft.reject('header_line', 'message')
  cells.forEach((cell, index) => {
    const name = names ? names[index] : 'value'
    if (name == null) return
    const channel = names || cells.length === 1 ? undefined : String(index + 1)
    takeNamed(draft, name, cell.trim(), channel, names ? name : `column ${index + 1}`)
  })
}

interface Pair {
  readonly name: string
  readonly value: string
  readonly unit: string
}

const label = /([\p{L}_][\p{L}\p{N}_ .()#-]{0,47}?)\s*[:=]\s*/uy
const gap = /[\s,;|&(]+/g
/** A comma before a digit is a decimal one, or separates columns: either way the value is not what stands before it. */
const bareValue = /(?:[^\s,;|&]|,(?=\d))+/y
const numberText = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const unitText = /\s?([%°ºµμ\p{L}][\p{L}\d%°/²³·]*)(?![\p{L}\d]|\s*[:=])/uy

/** `name=value` and `Name: value unit`, wherever they stand in the line. */
function scanPairs(text: string): Pair[] {
  const pairs: Pair[] = []
  let at = 0
  while (at < text.length) {
    const name = matchAt(label, text, at)
    if (!name) {
      // A name begins a word: the F of 70.7°F does not.
      gap.lastIndex = at
      at = gap.test(text) ? gap.lastIndex : text.length
      continue
    }
    at = label.lastIndex
    const number = matchAt(numberText, text, at)
    const bare = matchAt(bareValue, text, at)
    if (!bare) continue
    const unit = number ? unitAfter(text, at + number[0].length, name[1]!) : ''
    // Letters that are no unit belong to the value, and spoil it: 21.5abc is not 21.5.
    const clean = number && (unit !== '' || bare[0] === number[0])
    pairs.push({ name: name[1]!.trim(), value: clean ? number[0] : bare[0], unit })
    at = clean && unit !== '' ? unitText.lastIndex : at + bare[0].length
  }
  return pairs
}

function unitAfter(text: string, at: number, name: string): string {
  const match = matchAt(unitText, text, at)
  const canonical = match && findMetric(meaningOf(name.trim())?.metric ?? '')?.unit
  return match && (canonical ? findUnit(match[1]!, canonical) : findUnit(match[1]!)) ? match[1]! : ''
}

function takePairs(draft: Draft, text: string, pairs: readonly Pair[]): void {
  // A log message has a colon too: without a known name only a line that is nothing but name=value is believed.
  const sure =
    pairs.some(({ name }) => isTelling(name)) ||
    strictPairs.test(text) ||
    (loosePairs.test(text) && pairs.every(({ name }) => meaningOf(name)))
  if (!sure) return draft.reject('text_syntax', 'message')
  for (const { name, value, unit } of pairs) {
    const meaning = meaningOf(name)
    if (meaning && unit !== '') {
      draft.channel = meaning.channel
      draft.measureIn(meaning.metric, unit, value, name)
    } else if (meaning || typeof parseNumber(value) === 'number') takeNamed(draft, name, value, undefined, name)
  }
}

const strictPairs = /^(?:[\p{L}_][\p{L}\p{N}_.]*=[^\s,;|&=]+(?:[\s,;|&]+|$))+$/u

/** `T:21.5 H:45`: letters that could be anything, unless the whole line is made of them. */
const loosePairs = /^(?:[\p{L}_][\p{L}\p{N}_.]*\s*[:=]\s*[^\s,;|&=:]+(?:[\s,;|&]+|$))+$/u

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
