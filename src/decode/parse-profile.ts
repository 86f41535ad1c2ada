import type * as z from 'zod'
import { type Profile, type ProfileIssue, profileSchema } from './profile.ts'
import { compileRules } from './rule.ts'

export type ParsedProfile =
  | { readonly profile: Profile; readonly issues?: never }
  | { readonly profile?: never; readonly issues: readonly ProfileIssue[] }

/** Checks a profile, whatever file it was read from: its shape, then that its topics, paths, templates and units make sense. */
export function parseProfile(data: unknown): ParsedProfile {
  const result = profileSchema.safeParse(data)
  if (!result.success) return { issues: flatten(result.error.issues, []) }
  const issues: ProfileIssue[] = []
  compileRules(result.data, issues)
  checkTransport(result.data, issues)
  return issues.length > 0 ? { issues } : { profile: result.data }
}

function checkTransport(profile: Profile, issues: ProfileIssue[]): void {
  profile.messages.forEach((message, index) => {
    if (message.topic === undefined && !profile.serial)
      issues.push({ path: ['messages', index], message: 'give a topic for MQTT, or describe the line under `serial`' })
  })
}

/** Of a union's branches, the one that is of the right type says what is wrong. */
function flatten(issues: readonly z.core.$ZodIssue[], base: ProfileIssue['path']): ProfileIssue[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...(issue.path as (string | number)[])]
    if (issue.code !== 'invalid_union') return [{ path, message: issue.message }]
    const meant = issue.errors.find(
      (branch) => !branch.some(({ code, path: at }) => code === 'invalid_type' && at.length === 0),
    )
    return meant ? flatten(meant, path) : [{ path, message: issue.message }]
  })
}
