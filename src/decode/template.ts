import { lookUp, parsePlainPath } from './path.ts'

/** What a template can refer to while a message is decoded. */
export interface Scope {
  /** Captures of the topic, and `port` for serial frames. */
  readonly captures: Readonly<Record<string, string>>
  /** The document that the payload is. */
  readonly root: unknown
  /** The bytes that fields are read from, for families that have such. */
  readonly bytes: Uint8Array | null
  /** Names on the way from the root to the value, by depth. */
  readonly names: readonly string[]
  /** Objects on the way: `holders[depth]` has the member `names[depth]`. */
  readonly holders: readonly unknown[]
  readonly depth: number
  /** The member that is a device of its own, for rules with `each`. */
  readonly each: string | undefined
}

/**
 * One thing referred to: a capture by `name`; `*` or `*2`, the name that the first or second wildcard of the path met; `$.path` in the
 * document; `each`, the member that is a device of its own; `@.path` beside the value; `^.path` beside what holds the value; `#6:2`, two bytes from offset 6 in hex.
 */
export interface Ref {
  /** Known before any payload is: only captures. */
  readonly early: boolean
  /** Name of the capture, for whoever checks that it exists; empty for other kinds. */
  readonly capture: string
  get(scope: Scope, wildcards: readonly number[]): unknown
}

/** Compiles a reference; throws a SyntaxError that says what is wrong. */
export function compileRef(text: string): Ref {
  const kind = text[0]
  if (kind === '$') return pathRef(text, (scope) => scope.root)
  if (kind === '@') return pathRef(text, (scope) => scope.holders[scope.depth])
  if (kind === '^') return pathRef(text, (scope) => scope.holders[scope.depth - 1])
  if (kind === '*') return wildcardRef(text)
  if (kind === '#') return bytesRef(text)
  if (text === 'each') return { early: false, capture: '', get: (scope) => scope.each }
  if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(text))
    throw new SyntaxError(`'${text}' refers to nothing: write a capture, $.path or @.path`)
  return { early: true, capture: text, get: (scope) => scope.captures[text] }
}

/** Text with `{ref}` or `{ref|other ref}` in it. */
export interface Template {
  readonly early: boolean
  readonly captures: readonly string[]
  /** The text, or undefined when nothing it refers to is there. A reference that is missing takes the text before it along. */
  fill(scope: Scope, wildcards: readonly number[]): string | undefined
}

/** Compiles a template; throws a SyntaxError that says what is wrong. */
export function compileTemplate(text: string): Template {
  const parts = splitTemplate(text)
  const refs = parts.flatMap((part) => (typeof part === 'string' ? [] : part))
  const only = parts.length === 1 && typeof parts[0] === 'object' ? parts[0] : null
  return {
    early: refs.every((ref) => ref.early),
    captures: refs.flatMap((ref) => ref.capture || []),
    fill: only
      ? (scope, wildcards) => firstText(only, scope, wildcards)
      : (scope, wildcards) => join(parts, refs.length === 0, scope, wildcards),
  }
}

function splitTemplate(text: string): (string | Ref[])[] {
  const parts = text.split(/(\{[^{}]*\})/).filter((part) => part !== '')
  return parts.map((part) => {
    if (part.startsWith('{') && part.endsWith('}')) return part.slice(1, -1).split('|').map(compileRef)
    if (/[{}]/.test(part)) throw new SyntaxError(`'${text}': a brace is not closed`)
    return part
  })
}

function join(
  parts: readonly (string | Ref[])[],
  plain: boolean,
  scope: Scope,
  wildcards: readonly number[],
): string | undefined {
  let text = ''
  let waiting = ''
  let missed = false
  let found = plain
  for (const part of parts) {
    if (typeof part === 'string') {
      waiting += part
      continue
    }
    const value = firstText(part, scope, wildcards)
    if (value !== undefined) {
      text += (found || !missed ? waiting : '') + value
      found = true
    } else missed = true
    waiting = ''
  }
  return found ? text + waiting : undefined
}

function firstText(refs: readonly Ref[], scope: Scope, wildcards: readonly number[]): string | undefined {
  for (const ref of refs) {
    const value = ref.get(scope, wildcards)
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number') return String(value)
  }
  return undefined
}

function pathRef(text: string, from: (scope: Scope) => unknown): Ref {
  const names = parsePlainPath(`$${text.slice(1)}`)
  return { early: false, capture: '', get: (scope) => lookUp(from(scope), names) }
}

function wildcardRef(text: string): Ref {
  const index = text === '*' ? 0 : Number(text.slice(1)) - 1
  if (!Number.isInteger(index) || index < 0) throw new SyntaxError(`'${text}' is not a wildcard: write *, *2, …`)
  return {
    early: false,
    capture: '',
    get: (scope, wildcards) => (index < wildcards.length ? scope.names[wildcards[index]!] : undefined),
  }
}

function bytesRef(text: string): Ref {
  const match = /^#(\d+):(\d+)$/.exec(text)
  if (!match) throw new SyntaxError(`'${text}' is not a place in the bytes: write #offset:length`)
  const from = Number(match[1])
  const to = from + Number(match[2])
  return {
    early: false,
    capture: '',
    get: ({ bytes }) =>
      bytes && bytes.length >= to ? Buffer.from(bytes.subarray(from, to)).toString('hex').toUpperCase() : undefined,
  }
}
