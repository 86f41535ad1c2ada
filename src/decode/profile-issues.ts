import * as z from 'zod'
import type { ProfileIssue } from './profile.ts'

/** What a schema does not like, as issues with their place from the root of the profile: `base` is where the schema stands. */
export function issuesOf(
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
  base: ProfileIssue['path'] = [],
): ProfileIssue[] {
  return issues.flatMap((issue) => explain(schema, issue, base, []))
}

function explain(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  base: ProfileIssue['path'],
  above: ProfileIssue['path'],
): ProfileIssue[] {
  const at = [...above, ...(issue.path as (string | number)[])]
  const path = [...base, ...at]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: 'unknown key',
      known: keysAt(schema, at),
      isKey: true,
    }))
  if (issue.code === 'invalid_value') return [{ path, message: 'not one of these', known: issue.values.map(String) }]
  if (issue.code !== 'invalid_union') return [{ path, message: issue.message }]
  if (issue.discriminator !== undefined)
    return [{ path, message: 'not one of these', known: wordsAt(schema, at.slice(0, -1), issue.discriminator) }]
  // Of a union's branches, the one that is of the right type says what is wrong.
  const meant = issue.errors.find((branch) => !branch.some((one) => one.code === 'invalid_type' && !one.path.length))
  return meant ? meant.flatMap((one) => explain(schema, one, base, at)) : [{ path, message: issue.message }]
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly items?: JsonSchema
  readonly additionalProperties?: JsonSchema | boolean
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly const?: unknown
}

function keysAt(schema: z.ZodType, path: ProfileIssue['path']): string[] {
  return [...new Set(schemasAt(schema, path).flatMap(({ properties = {} }) => Object.keys(properties)))]
}

function wordsAt(schema: z.ZodType, path: ProfileIssue['path'], name: string): string[] {
  return schemasAt(schema, path)
    .flatMap(({ properties }) => properties?.[name]?.const ?? [])
    .map(String)
}

/** Every branch that may describe what stands at the path. */
function schemasAt(schema: z.ZodType, path: ProfileIssue['path']): JsonSchema[] {
  let found = branches(z.toJSONSchema(schema, { io: 'input', reused: 'inline' }) as JsonSchema)
  for (const step of path)
    found = found.flatMap(({ items, properties, additionalProperties }) => {
      const next = typeof step === 'number' ? items : (properties?.[step] ?? additionalProperties)
      return typeof next === 'object' ? branches(next) : []
    })
  return found
}

function branches(schema: JsonSchema): JsonSchema[] {
  const { anyOf, oneOf } = schema
  return anyOf || oneOf ? [...(anyOf ?? []), ...(oneOf ?? [])].flatMap(branches) : [schema]
}
