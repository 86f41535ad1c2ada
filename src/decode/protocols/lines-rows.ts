import type { Draft } from '../draft.ts'
import { takeNamed } from '../members.ts'
import { meaningOf } from '../names.ts'
import { parseNumber } from '../number.ts'
import { isTimeName, takeTime } from './lines-time.ts'

/**
 * Takes a line as a row of values: under the configured columns, under those of a header line that came before, or without names as
 * `value` with the place as channel. False when it is none.
 */
export function takeRow(
  draft: Draft,
  text: string,
  configured: readonly (string | null)[] | undefined,
  delimiter: string | undefined,
): boolean {
  if (configured) {
    takeConfigured(draft, cellsOf(text, delimiter, configured.length), configured)
    return true
  }
  const names = draft.state.get(columnsKey(draft)) as string[] | undefined
  const cells = cellsOf(text, delimiter)
  const isDate = (index: number) => names?.length === cells.length && isTimeName(names[index]!)
  const isRow = cells.every((cell, index) => isValue(cell) || isDate(index))
  if (!isRow || !cells.some((cell) => typeof parseNumber(cell) === 'number')) return false
  if (!names && maybeDecimalCommas(text, delimiter)) draft.reject('type_mismatch', 'message')
  else takeCells(draft, cells, names)
  return true
}

function takeConfigured(draft: Draft, cells: readonly string[], names: readonly (string | null)[]): void {
  if (names.length === cells.length && cells.every((cell) => columnName.test(cell) && !isValue(cell)))
    draft.reject('header_line', 'message')
  else takeCells(draft, cells, names)
}

/** Takes a line as names of columns, which rows that follow go by. False when it is none. */
export function takeHeader(draft: Draft, text: string, delimiter: string | undefined): boolean {
  const cells = cellsOf(text, delimiter)
  if (cells.length < 2 || !cells.every((cell) => columnName.test(cell)) || !isHeader(text, cells)) return false
  draft.put(columnsKey(draft), cells)
  draft.reject('header_line', 'message')
  return true
}

const columnsKey = (draft: Draft): string => `columns/${draft.frame.source}`

const columnName = /^[\p{L}_][\p{L}\p{N} _.()[\]%°*/²³µμ-]{0,63}$/u

/** A sentence has commas too, and words between spaces are one: some of the names must be known, between spaces all. */
function isHeader(text: string, cells: readonly string[]): boolean {
  return delimiterOf(text) instanceof RegExp
    ? cells.every((cell) => meaningOf(cell))
    : cells.some((cell) => meaningOf(cell))
}

/** Cells without the quotes of RFC 4180, and without an empty one too many behind a last delimiter. */
function cellsOf(text: string, delimiter: string | undefined, count = 2): string[] {
  const quoted = text.split(delimiter ?? delimiterOf(text)).map((cell) => cell.trim())
  const cells = quoted.map((cell) => /^"([^"]*)"$/.exec(cell)?.[1] ?? cell)
  if (cells.length > count && cells.at(-1) === '') cells.pop()
  return cells
}

function delimiterOf(text: string): string | RegExp {
  for (const delimiter of [';', '\t', ',', '|']) if (text.includes(delimiter)) return delimiter
  return /\s+/
}

/** `21,5` may be one number or two, and `21,5, 45,2` two or four. */
function maybeDecimalCommas(text: string, delimiter: string | undefined): boolean {
  if (delimiter !== undefined || delimiterOf(text) !== ',') return false
  return /^[+-]?\d+,\d+$/.test(text) || (/\d,\d/.test(text) && /\d, /.test(text))
}

/** A cell of a row of values: a number, or a word that says there is none. */
function isValue(cell: string): boolean {
  const value = parseNumber(cell)
  return typeof value === 'number' || valueReasons.has(value)
}

const valueReasons: ReadonlySet<string> = new Set(['not_finite', 'no_value', 'null_value', 'empty'])

function takeCells(draft: Draft, cells: readonly string[], names: readonly (string | null)[] | undefined): void {
  if (cells.length > draft.fieldsMax) return draft.reject('too_many_fields', 'message')
  if (names && names.length !== cells.length) return draft.reject('column_count', 'message')
  cells.forEach((cell, index) => {
    const name = names?.[index]
    if (name != null && isTimeName(name)) takeTime(draft, cell, name)
  })
  cells.forEach((cell, index) => {
    const name = names ? names[index] : 'value'
    if (name == null || isTimeName(name)) return
    const channel = names || cells.length === 1 ? undefined : String(index + 1)
    takeNamed(draft, name, cell.trim(), channel, names ? name : `column ${index + 1}`)
  })
}
