import { readdirSync, readFileSync } from 'node:fs'
import { join, parse } from 'node:path'
import { families } from '../devices/index.ts'
import { pathText, valueAt } from './config/explain.ts'
import { nearest } from './config/nearest.ts'
import { type Problem, readSource, type Source } from './config/source.ts'
import { parseProfile } from './decode/parse-profile.ts'
import type { Profile, ProfileIssue } from './decode/profile.ts'

/** The families that ship and the user's own, which are asked first; what is wrong with a file leaves only that one out. */
export interface Profiles {
  readonly profiles: readonly Profile[]
  /** Names of those that were left out, as far as they can be told: they are there, and will be known once they are mended. */
  readonly broken: readonly string[]
  readonly problems: readonly Problem[]
}

/**
 * Reads a folder of profiles written in YAML or JSON. Without a folder only the families that ship are there.
 * @param folder absolute; null for none
 */
export function loadProfiles(folder: string | null): Profiles {
  const own: Profile[] = []
  const broken: string[] = []
  const problems: Problem[] = []
  for (const file of folder === null ? [] : profileFiles(folder)) {
    const source = readSource(file, readFileSync(file, 'utf8'), {})
    problems.push(...source.problems)
    if (source.problems.length > 0) {
      broken.push(parse(file).name)
      continue
    }
    const { profile, issues } = parseProfile(source.value)
    const twin = profile && own.find(({ id }) => id === profile.id)
    if (twin)
      problems.push({
        where: source.where(['id'], 'value'),
        what: `there is another profile "${twin.id}"`,
        instead: 'give it an id of its own',
      })
    else if (profile) own.push(profile)
    if (issues) broken.push(String(valueAt(source.value, ['id'])))
    for (const issue of issues ?? []) problems.push(problemOf(issue, source))
  }
  const replaced = new Set(own.map(({ id }) => id))
  return { profiles: [...own, ...families.filter(({ id }) => !replaced.has(id))], broken, problems }
}

function problemOf({ path, message, known, isKey = false }: ProfileIssue, source: Source): Problem {
  const where = source.where(path, isKey ? 'key' : 'value')
  const name = pathText(path) || 'the profile'
  const found = valueAt(source.value, path)
  if (known === undefined)
    return found === undefined
      ? { where, what: `${name} is missing`, instead: 'add it' }
      : { where, what: name, instead: message }
  const word = isKey ? path.at(-1) : found
  const near = word === undefined ? undefined : nearest(String(word), known)
  const is = word === undefined ? 'is missing' : `is ${JSON.stringify(word)}`
  return {
    where,
    what: isKey ? `unknown key ${name}` : `${name} ${is}`,
    instead: near === undefined ? `write one of ${known.join(', ')}` : `write ${near}`,
  }
}

function profileFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.(ya?ml|json)$/i.test(name))
    .sort()
    .map((name) => join(folder, name))
}
