import { tidy } from '../../units.ts'
import { parseNumber } from '../number.ts'

/** One thing done to a value. */
export type Step =
  | readonly ['float' | 'int']
  | readonly ['multiply' | 'divide', by: number]
  | readonly ['round', digits: number, how: 'common' | 'floor' | 'ceil']

/** A value of the payload, and what is done to it. Plain JSON: nothing in it is ever run. */
export interface ValueTemplate {
  /** Path in the JSON document, or null for the payload as text. */
  readonly path: readonly string[] | null
  readonly steps: readonly Step[]
}

/**
 * Reads the part of Home Assistant's templates that says where a value stands: `{{ value_json.a['b'][0] | float | round(1) }}`, with
 * products by constants. Everything else is `refused`, with what could not be read. By Jinja's rules filters bind tighter than `*`.
 */
export function parseTemplate(text: string): ValueTemplate | { readonly refused: string } {
  const inner = text.length > lengthMax ? null : /^\s*\{\{-?([^{}]*?)-?\}\}\s*$/.exec(text)
  if (!inner) return { refused: 'only one {{ expression }}' }
  const tokens = tokensOf(inner[1]!)
  if (typeof tokens === 'string') return { refused: tokens }
  try {
    const reader: Reader = { tokens, at: 0, depth: 0 }
    const value = product(reader)
    if (reader.at < tokens.length) refuse(tokens[reader.at]!)
    if (typeof value === 'number') return { refused: 'a constant' }
    return value
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message.slice(0, 60) }
    throw error
  }
}

/** What the steps make of a raw value; what is no number is handed on for the judge to say so. */
export function applySteps(raw: unknown, steps: readonly Step[]): unknown {
  if (steps.length === 0) return raw
  const parsed = typeof raw === 'string' ? parseNumber(raw) : raw
  if (typeof parsed !== 'number' || !Number.isFinite(parsed)) return raw
  let value = parsed
  for (const step of steps) {
    if (step[0] === 'int') value = Math.trunc(value)
    else if (step[0] === 'multiply') value = tidy(value * step[1])
    else if (step[0] === 'divide') value = tidy(value / step[1])
    else if (step[0] === 'round') value = round(value, step[1], step[2])
  }
  return value
}

/** No measured value needs a longer one. */
const lengthMax = 512
const depthMax = 8

class Refusal extends Error {}

function refuse(what: string): never {
  throw new Refusal(what)
}

interface Reader {
  readonly tokens: readonly string[]
  at: number
  depth: number
}

const tokenSyntax = /\s*(?:([A-Za-z_]\w*|\d+(?:\.\d+)?|'[^'\\]*'|"[^"\\]*"|[.[\]()|*/,=-])|(\S))/y

function tokensOf(text: string): readonly string[] | string {
  const tokens: string[] = []
  tokenSyntax.lastIndex = 0
  while (tokenSyntax.lastIndex < text.trimEnd().length) {
    const match = tokenSyntax.exec(text)
    if (!match) break
    if (match[1] === undefined) return match[2]!
    tokens.push(match[1])
  }
  return tokens
}

function product(reader: Reader): ValueTemplate | number {
  let left = filtered(reader)
  for (let sign = reader.tokens[reader.at]; sign === '*' || sign === '/'; sign = reader.tokens[reader.at]) {
    reader.at++
    const right = filtered(reader)
    if (typeof left === 'number' && typeof right === 'number') left = sign === '*' ? left * right : left / right
    else if (typeof right === 'number')
      left = withStep(left as ValueTemplate, [sign === '*' ? 'multiply' : 'divide', right])
    else if (typeof left === 'number' && sign === '*') left = withStep(right, ['multiply', left])
    else refuse(`${sign} of two values`)
  }
  return left
}

function withStep(value: ValueTemplate, step: Step): ValueTemplate {
  if (typeof step[1] === 'number' && !Number.isFinite(1 / step[1]) && step[0] === 'divide') refuse('/ 0')
  return { path: value.path, steps: [...value.steps, step] }
}

function filtered(reader: Reader): ValueTemplate | number {
  let value = primary(reader)
  while (reader.tokens[reader.at] === '|') {
    const name = reader.tokens[reader.at + 1] ?? '|'
    reader.at += 2
    const step = stepOf(name, argumentsOf(reader))
    value = typeof value === 'number' ? (applySteps(value, [step]) as number) : withStep(value, step)
  }
  return value
}

/** The default that `float(0)` and `int(0)` name is not used: a value that is not there is not zero. */
function stepOf(name: string, given: readonly (string | number)[]): Step {
  const [first, second = 'common'] = given
  if (name === 'float' || name === 'int') return [name]
  if (name === 'multiply' && typeof first === 'number') return ['multiply', first]
  if (name !== 'round' || (first !== undefined && !isDigits(first))) return refuse(`| ${name}`)
  if (second !== 'common' && second !== 'floor' && second !== 'ceil') return refuse(`round(${second})`)
  return ['round', first ?? 0, second]
}

function isDigits(value: string | number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 15
}

function argumentsOf(reader: Reader): readonly (string | number)[] {
  const { tokens } = reader
  const given: (string | number)[] = []
  if (tokens[reader.at] !== '(') return given
  for (reader.at++; tokens[reader.at] !== ')'; ) {
    // `float(default=0)` is `float(0)`.
    if (tokens[reader.at] === 'default' && tokens[reader.at + 1] === '=') reader.at += 2
    const token = tokens[reader.at] ?? refuse('( without )')
    if (isQuoted(token)) given.push(unquoted(reader))
    else given.push(constant(reader))
    if (tokens[reader.at] === ',') reader.at++
    else if (tokens[reader.at] !== ')') refuse(tokens[reader.at] ?? '( without )')
  }
  reader.at++
  return given
}

function primary(reader: Reader): ValueTemplate | number {
  const token = reader.tokens[reader.at] ?? refuse('nothing')
  if (token === 'value') {
    reader.at++
    return { path: null, steps: [] }
  }
  if (token === 'value_json') {
    reader.at++
    return { path: path(reader), steps: [] }
  }
  if (token !== '(') return constant(reader)
  reader.at++
  if (++reader.depth > depthMax) refuse('((…')
  const value = product(reader)
  if (reader.tokens[reader.at] !== ')') refuse(reader.tokens[reader.at] ?? '( without )')
  reader.at++
  reader.depth--
  return value
}

function constant(reader: Reader): number {
  const negative = reader.tokens[reader.at] === '-'
  if (negative) reader.at++
  const token = reader.tokens[reader.at++] ?? refuse('-')
  if (!/^\d/.test(token)) refuse(token)
  return negative ? -Number(token) : Number(token)
}

function path(reader: Reader): readonly string[] {
  const { tokens } = reader
  const names: string[] = []
  for (;;) {
    if (tokens[reader.at] === '.') {
      const name = tokens[reader.at + 1] ?? refuse('.')
      if (!/^\w+$/.test(name) || tokens[reader.at + 2] === '(') refuse(`.${name}`)
      names.push(name)
      reader.at += 2
    } else if (tokens[reader.at] === '[') {
      reader.at++
      const token = tokens[reader.at] ?? refuse('[')
      if (isQuoted(token)) names.push(unquoted(reader))
      else if (/^\d+$/.test(token)) names.push(tokens[reader.at++]!)
      else refuse(`[${token}`)
      if (tokens[reader.at++] !== ']') refuse('[ without ]')
    } else return names
  }
}

function isQuoted(token: string): boolean {
  return token.startsWith("'") || token.startsWith('"')
}

function unquoted(reader: Reader): string {
  return reader.tokens[reader.at++]!.slice(1, -1)
}

/** As Python does: halves go to the even neighbour. */
function round(value: number, digits: number, how: 'common' | 'floor' | 'ceil'): number {
  const scale = 10 ** digits
  const scaled = value * scale
  if (!Number.isFinite(scaled)) return value
  if (how === 'floor') return tidy(Math.floor(scaled) / scale)
  if (how === 'ceil') return tidy(Math.ceil(scaled) / scale)
  const below = Math.floor(scaled)
  const isHalf = scaled - below === 0.5
  const whole = isHalf ? below + (below % 2 === 0 ? 0 : 1) : Math.round(scaled)
  return tidy(whole / scale)
}
