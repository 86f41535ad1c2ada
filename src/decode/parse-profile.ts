import { sizeOf } from './bytes.ts'
import { type Profile, type ProfileIssue, profileSchema } from './profile.ts'
import { issuesOf } from './profile-issues.ts'
import { compileRules } from './rule.ts'

export type ParsedProfile =
  | { readonly profile: Profile; readonly issues?: never }
  | { readonly profile?: never; readonly issues: readonly ProfileIssue[] }

/** Checks a profile, whatever file it was read from: its shape, then that its topics, paths, templates and units make sense. */
export function parseProfile(data: unknown): ParsedProfile {
  const result = profileSchema.safeParse(data)
  if (!result.success) return { issues: issuesOf(profileSchema, result.error.issues) }
  const issues: ProfileIssue[] = []
  compileRules(result.data, issues)
  checkTransport(result.data, issues)
  checkFrame(result.data, issues)
  return issues.length > 0 ? { issues } : { profile: result.data }
}

function checkTransport(profile: Profile, issues: ProfileIssue[]): void {
  profile.messages.forEach((message, index) => {
    if (message.topic === undefined && !profile.serial)
      issues.push({ path: ['messages', index], message: 'give a topic for MQTT, or describe the line under `serial`' })
  })
}

/** Fields and checksums beyond the end of frames of one length would never be found, without a word. */
function checkFrame({ serial, messages }: Profile, issues: ProfileIssue[]): void {
  if (serial?.framing.kind !== 'fixed') return
  const { length, checksum } = serial.framing
  const message = `the frame has only ${length} bytes, counted from 0`
  const isBeyond = (at: number, bytes: number) => at + bytes > length || at < -length
  for (const [key, bytes] of [
    ['from', 0],
    ['to', 0],
    ['at', 1],
  ] as const)
    if (checksum && isBeyond(checksum[key], bytes))
      issues.push({ path: ['serial', 'framing', 'checksum', key], message })
  messages.forEach(({ bytes }, index) => {
    if (bytes?.encoding !== 'raw' || bytes.from !== undefined || bytes.after !== undefined) return
    for (const [name, { at, type }] of Object.entries(bytes.fields))
      if (isBeyond(at, sizeOf(type))) issues.push({ path: ['messages', index, 'bytes', 'fields', name, 'at'], message })
  })
}
