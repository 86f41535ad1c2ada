/** Text formats of lines and payloads: each turns a text into a document of named texts, or null when it is not in that format. */

/** `name=value;name=value`. */
export function splitPairs(text: string, separator: string, equals: string): Record<string, string> | null {
  const document: Record<string, string> = {}
  let found = false
  for (const part of text.split(separator)) {
    const at = part.indexOf(equals)
    if (at <= 0) continue
    document[part.slice(0, at).trim()] = part.slice(at + equals.length).trim()
    found = true
  }
  return found ? document : null
}

/** Values between delimiters, by the names of their columns; null when there are more or fewer. */
export function splitColumns(
  text: string,
  delimiter: string,
  columns: readonly (string | null)[],
): Record<string, string> | null {
  const values = text.trim().split(delimiter)
  if (values.length !== columns.length) return null
  const document: Record<string, string> = {}
  for (let i = 0; i < columns.length; i++) {
    const name = columns[i]
    if (name != null) document[name] = values[i]!.trim()
  }
  return document
}

/** Text with `{name}` where values stand: each reaches to the next piece of plain text. */
export interface Pattern {
  readonly names: readonly string[]
  match(text: string): Record<string, string> | null
}

/** Compiles a pattern; throws a SyntaxError where two values touch, since nothing would tell them apart. */
export function compilePattern(pattern: string): Pattern {
  const parts = pattern.split(/\{([A-Za-z][A-Za-z0-9_]*)\}/)
  const names = parts.filter((_, index) => index % 2 === 1)
  for (let i = 2; i < parts.length - 1; i += 2)
    if (parts[i] === '')
      throw new SyntaxError(`'${pattern}': nothing stands between {${parts[i - 1]}} and {${parts[i + 1]}}`)
  return { names, match: (text) => matchPattern(parts, text.trim()) }
}

function matchPattern(parts: readonly string[], text: string): Record<string, string> | null {
  if (!text.startsWith(parts[0]!)) return null
  const document: Record<string, string> = {}
  let at = parts[0]!.length
  for (let i = 1; i < parts.length; i += 2) {
    const next = parts[i + 1]!
    const last = i + 2 >= parts.length
    const end =
      next === '' ? text.length : last && text.endsWith(next) ? text.length - next.length : text.indexOf(next, at)
    if (end < at) return null
    document[parts[i]!] = text.slice(at, end).trim()
    at = end + next.length
  }
  return at === text.length ? document : null
}
