/** Tags as people write them in one line: `floor: 1, garden, room: "1"`. */

export type Tags = Readonly<Record<string, string | number | boolean>>

/** Says of simulated devices what they are; the gateway sets it, and people do not write it. */
export const simulatedTag = 'simulated'

/** `{floor: 1, garden: true}` → `floor: 1, garden`. `parseTags` gives the tags back. */
export function formatTags(tags: Tags): string {
  return Object.entries(tags)
    .map(([key, value]) => tagText(/[":,]|^\s|\s$/.test(key) ? JSON.stringify(key) : key, value))
    .join(', ')
}

/** One tag for people: `garden`, `floor: 1`. */
export function tagText(key: string, value: Tags[string]): string {
  if (value === true) return key
  return `${key}: ${typeof value === 'string' ? plainOrQuoted(value) : value}`
}

/**
 * Reads a line of tags. A key alone is true; numbers, true and false are what they look like; quotes make anything a
 * text. Undefined where a key or a closing quote is missing.
 */
export function parseTags(text: string): Tags | undefined {
  const line = text.trim()
  const tags = new Map<string, Tags[string]>()
  const tag = /\s*("(?:[^"\\]|\\.)*"|[^",:]+)\s*(?::\s*("(?:[^"\\]|\\.)*"\s*|[^",]*))?(?:,|$)/y
  while (tag.lastIndex < line.length) {
    const [, key, value] = tag.exec(line) ?? []
    const name = key === undefined ? undefined : unquoted(key.trim())
    const content = value === undefined || value.trim() === '' ? true : scalarOf(value.trim())
    if (name === undefined || name === '' || content === undefined) return undefined
    tags.set(name, content)
  }
  return Object.fromEntries(tags)
}

/** As it is where that reads back as the same text. */
function plainOrQuoted(text: string): string {
  return /[",]/.test(text) || text.trim() !== text || scalarOf(text) !== text ? JSON.stringify(text) : text
}

function scalarOf(text: string): Tags[string] | undefined {
  if (text === '') return undefined
  if (text.startsWith('"')) return unquoted(text)
  if (text === 'true' || text === 'false') return text === 'true'
  return String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text
}

function unquoted(text: string): string | undefined {
  if (!text.startsWith('"')) return text
  try {
    return JSON.parse(text) as string
  } catch {
    return undefined
  }
}
