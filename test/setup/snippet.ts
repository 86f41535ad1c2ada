import { readFileSync } from 'node:fs'

/**
 * An example as a document shows it, with what is particular to a machine put in the place of what stands there; each
 * of these must be found, and together they tell the example from others in the same language.
 */
export function snippet(document: string, language: string, changes: Record<string, string> = {}): string {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8')
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block!)
  const meant = blocks.filter((block) => Object.keys(changes).every((before) => block.includes(before)))
  if (meant.length !== 1)
    throw new Error(`${document} has ${meant.length} examples in ${language} with ${Object.keys(changes).join(', ')}`)
  return Object.entries(changes).reduce((changed, [before, after]) => changed.replaceAll(before, after), meant[0]!)
}
