import type { z } from 'zod'
import { valueAt } from './explain.ts'
import { type ConfigFile, configSchema } from './schema.ts'
import type { Path } from './source.ts'

/** A file that is wrong in places, without them: what is left can be looked at for what no schema knows. */
export interface SoundPart {
  readonly parsed: ConfigFile
  /** Where a part of it stands in the whole: entries of a list move up when one before them is left out. */
  placeOf(path: Path): Path
  /** Whether something was left out of the part that stands there in the whole. */
  isTorn(place: Path): boolean
}

/**
 * Everything the schema does not like, and the part that it does; null where that is nothing.
 * @param unset places that hold nothing to be judged
 */
export function parseSoundPart(
  value: unknown,
  unset: readonly Path[],
): { readonly issues: readonly z.core.$ZodIssue[]; readonly part: SoundPart | null } {
  const out = new Places(unset)
  let issues: readonly z.core.$ZodIssue[] | undefined
  for (;;) {
    const { left, placeOf } = without(value, out)
    const parsed = configSchema.safeParse(left)
    if (parsed.success)
      return { issues: issues ?? [], part: { parsed: parsed.data, placeOf, isTorn: (place) => out.isTorn(place) } }
    // What is left out later makes issues of its own.
    issues ??= parsed.error.issues
      .map((issue) => ({ ...issue, path: [...placeOf(pathOf(issue))] }))
      .filter((issue) => issue.code === 'unrecognized_keys' || !out.isTorn(issue.path))
    const found = parsed.error.issues.flatMap((issue) => culprits(issue, left))
    const before = out.size
    for (const path of found) out.add(placeOf(path))
    // Nothing is left, or what is wrong cannot be left out: it would go on for ever.
    if (out.has([]) || out.size === before) return { issues, part: null }
  }
}

/** What to leave out for the issue to go away. Of what lacks a part it is the whole. */
function culprits(issue: z.core.$ZodIssue, value: unknown): Path[] {
  let path = pathOf(issue)
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key])
  while (path.length > 0 && valueAt(value, path) === undefined) path = path.slice(0, -1)
  return [path]
}

function pathOf({ path }: z.core.$ZodIssue): Path {
  return path.filter((step) => typeof step !== 'symbol')
}

/** The value without what stands at some places, and where its parts stood before. */
function without(value: unknown, out: Places): { readonly left: unknown; placeOf(path: Path): Path } {
  const keptOf = new Map<string, number[]>()
  const strip = (part: unknown, place: Path, path: Path): unknown => {
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) {
      const kept = [...part.keys()].filter((index) => !out.has([...place, index]))
      keptOf.set(JSON.stringify(path), kept)
      return kept.map((index, i) => strip(part[index], [...place, index], [...path, i]))
    }
    const kept = Object.entries(part).filter(([key]) => !out.has([...place, key]))
    return Object.fromEntries(kept.map(([key, below]) => [key, strip(below, [...place, key], [...path, key])]))
  }
  const left = strip(value, [], [])
  const before = (list: Path, index: number) => keptOf.get(JSON.stringify(list))?.[index] ?? index
  const placeOf = (path: Path) =>
    path.map((step, i) => (typeof step === 'number' ? before(path.slice(0, i), step) : step))
  return { left, placeOf }
}

/** Places in a file, which may be a hundred thousand. */
class Places {
  readonly #all = new Set<string>()
  /** They and all that they are in. */
  readonly #torn = new Set<string>()

  constructor(places: readonly Path[]) {
    for (const place of places) this.add(place)
  }

  get size(): number {
    return this.#all.size
  }

  add(place: Path): void {
    this.#all.add(JSON.stringify(place))
    for (let length = 0; length <= place.length; length++) this.#torn.add(JSON.stringify(place.slice(0, length)))
  }

  has(place: Path): boolean {
    return this.#all.has(JSON.stringify(place))
  }

  isTorn(place: Path): boolean {
    return this.#torn.has(JSON.stringify(place))
  }
}
