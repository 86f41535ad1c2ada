/**
 * Paths into a document, written as in JSONPath (RFC 9535) without filters, slices and `..`: `params.ts`, `*.Temperature`,
 * `PMS5003['PM2.5']`, `list[0]`, `list[*]`; and `DS18B20*` for any name that begins so.
 */
export type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'prefix'; readonly name: string }
  | { readonly kind: 'any' }

/** The steps of a path; throws a SyntaxError that names the place. `$` alone is the document itself. */
export function parsePath(text: string): readonly Step[] {
  const steps: Step[] = []
  let at = text.startsWith('$') ? 1 : 0
  while (at < text.length) {
    const bracket = text[at] === '['
    const start = bracket || (text[at] === '.' && at > 0) ? at + 1 : at
    const quote = bracket && (text[start] === "'" || text[start] === '"') ? text[start]! : ''
    const end = bracket ? text.indexOf(`${quote}]`, start + quote.length) : endOfName(text, start)
    const name = text.slice(start + quote.length, end < 0 ? undefined : end)
    if (end < 0 || name === '')
      throw new SyntaxError(`'${text}' is not a path: ${problem(bracket, end)} at ${start + 1}`)
    steps.push(quote ? { kind: 'name', name } : stepOf(name))
    at = bracket ? end + quote.length + 1 : end
  }
  return steps
}

/** What stands at a path without wildcards; undefined when there is nothing. Own members only. */
export function lookUp(document: unknown, names: readonly string[]): unknown {
  let value = document
  for (let i = 0; i < names.length; i++) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, names[i]!)) return undefined
    value = (value as Record<string, unknown>)[names[i]!]
  }
  return value
}

/** The names of a path that may hold no wildcard. */
export function parsePlainPath(text: string): readonly string[] {
  return parsePath(text).map((step) => {
    if (step.kind !== 'name') throw new SyntaxError(`'${text}' must not have a wildcard`)
    return step.name
  })
}

function stepOf(name: string): Step {
  if (name === '*') return { kind: 'any' }
  return name.endsWith('*') ? { kind: 'prefix', name: name.slice(0, -1) } : { kind: 'name', name }
}

function endOfName(text: string, from: number): number {
  for (let i = from; i < text.length; i++) if (text[i] === '.' || text[i] === '[') return i
  return text.length
}

function problem(bracket: boolean, end: number): string {
  return bracket && end < 0 ? 'a bracket is not closed' : 'a name is missing'
}
