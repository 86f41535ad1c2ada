import type { z } from 'zod'
import { nearest } from './nearest.ts'
import { configJsonSchema } from './schema.ts'
import type { Path, Problem } from './source.ts'

/** Where the parts of a configuration come from: the file, or a flag. */
export interface Origin {
  where(path: Path, at: 'key' | 'value'): string
  isSecret(path: Path): boolean
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  additionalProperties?: JsonSchema | boolean
}

/** Every key of rivulet.yaml with its path; `[]` stands for an entry of a list, `*` for a name of the user's own. */
export function configKeys(): readonly string[] {
  return keysBelow(configJsonSchema() as JsonSchema, '')
}

/** One thing the schema does not like, as problems: what is there, where, and what to write instead. */
export function explain(issue: z.core.$ZodIssue, input: unknown, origin: Origin): Problem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol')
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key], origin))
  const value = valueAt(input, path)
  const where = origin.where(path, issue.code === 'invalid_key' ? 'key' : 'value')
  const name = pathText(path) || 'the file'
  if (value === undefined) return [{ where, what: `${name} is missing`, instead: instead(issue, path) }]
  if (issue.code === 'invalid_key')
    return [{ where, what: `${JSON.stringify(path.at(-1))} is not a device id`, instead: issue.issues[0]!.message }]
  const shown = isShown(path, value, origin) ? `${name} is ${short(value)}` : `${name} is not right`
  return [{ where, what: shown, instead: instead(issue, path) }]
}

/** `mqtt.brokers[0].url`, `devices['z2m:attic'].name`. */
export function pathText(path: Path): string {
  return path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^\w+$/.test(step)) return `['${step}']`
      return i === 0 ? step : `.${step}`
    })
    .join('')
}

function unknownKey(path: Path, origin: Origin): Problem {
  const key = String(path.at(-1))
  const siblings = Object.keys(schemaAt(path.slice(0, -1))?.properties ?? {})
  const near = nearest(key, siblings)
  const elsewhere = configKeys().filter((known) => known.split('.').at(-1)?.replace('[]', '') === key)
  const instead = near
    ? `write ${near}`
    : elsewhere.length > 0
      ? `it belongs at ${elsewhere.join(' or ')}`
      : `known here: ${siblings.join(', ')}`
  return { where: origin.where(path, 'key'), what: `unknown key ${pathText(path)}`, instead }
}

/** The schema's own message says what to write; for maps and lists it is told here. */
function instead(issue: z.core.$ZodIssue, path: Path): string {
  if (issue.code === 'invalid_type' && issue.expected === 'object')
    return `write a map with the keys ${Object.keys(schemaAt(path)?.properties ?? {}).join(', ')}`
  if (issue.code === 'invalid_type' && issue.expected === 'record') return 'write a map of names and values'
  if (issue.code === 'invalid_type' && issue.expected === 'array')
    return 'write a list: one entry a line, begun with "- "'
  return issue.message
}

/** Values that may be secrets are not repeated in messages, which end up in logs and bug reports. */
function isShown(path: Path, value: unknown, origin: Origin): boolean {
  if (typeof value === 'object' && value !== null) return false
  return !origin.isSecret(path) && !/^(password.*|url)$/.test(String(path.at(-1)))
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function schemaAt(path: Path): JsonSchema | undefined {
  let schema: JsonSchema | undefined = configJsonSchema() as JsonSchema
  for (const step of path) {
    const own: JsonSchema | undefined = typeof step === 'number' ? schema?.items : schema?.properties?.[step]
    const rest: JsonSchema | boolean | undefined = schema?.additionalProperties
    schema = own ?? (typeof rest === 'object' ? rest : undefined)
  }
  return schema
}

function keysBelow(schema: JsonSchema, prefix: string): string[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, below]) => {
    const path = prefix ? `${prefix}.${key}` : key
    return [path, ...keysBelow(below, path)]
  })
  const entries = schema.items ? keysBelow(schema.items, `${prefix}[]`) : []
  const named =
    typeof schema.additionalProperties === 'object' ? keysBelow(schema.additionalProperties, `${prefix}.*`) : []
  return [...own, ...entries, ...named]
}

/** What stands at the path; undefined where nothing does. */
export function valueAt(input: unknown, path: Path): unknown {
  let value = input
  for (const step of path) value = (value as Record<string | number, unknown> | null | undefined)?.[step]
  return value
}
