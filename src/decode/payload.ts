import { isUtf8 } from 'node:buffer'

/** The same bytes as a Buffer, without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** A payload as text, without a byte order mark (RFC 8259 §8.1 allows to ignore it); null when it is not UTF-8. */
export function textOf(payload: Uint8Array): string | null {
  if (!isUtf8(payload)) return null
  const text = asBuffer(payload).toString()
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** The text as a document: parsed when it looks like JSON, else the text itself; undefined for JSON that is broken. */
export function documentOf(text: string): unknown {
  if (!looksLikeJson(text)) return unquoted(text)
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether the first character that is not a space opens an object or array. Single values are read by our own grammar. */
function looksLikeJson(text: string): boolean {
  let i = 0
  let code = text.charCodeAt(0)
  while (code === 0x20 || (code >= 0x09 && code <= 0x0d)) code = text.charCodeAt(++i)
  return code === 0x7b || code === 0x5b
}

/** What a JSON string says, as some senders wrap their single values; any other text as it is. */
function unquoted(text: string): string {
  if (text.charCodeAt(0) !== 0x22 || text.length > quotedMax || !text.endsWith('"')) return text
  try {
    return String(JSON.parse(text))
  } catch {
    return text
  }
}

/** Longer texts are no single values. */
const quotedMax = 512
