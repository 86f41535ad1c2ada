import type { SeriesFilter } from '../log/log.ts'
import type { DeviceId, Series } from '../reading.ts'
import type { Tags } from './device.ts'

/** What a client asked to see; an empty list asks for everything. `*` in an entry stands for any characters. */
export interface Choice {
  readonly devices: readonly string[]
  readonly metrics: readonly string[]
  /** An empty entry means readings without a channel. */
  readonly channels: readonly string[]
  /** By name the values that will do; a device needs one of each. */
  readonly tags?: ReadonlyMap<string, readonly string[]>
}

/** What people have tagged devices with, now. */
export interface TagSource {
  /** Changes whenever any device's tags may have. */
  readonly tagRevision: number
  tagsOf(device: DeviceId): Tags
}

/** A choice of series that can also say whether a device may have any of them. */
export interface StreamFilter extends SeriesFilter {
  matchesDevice(device: DeviceId): boolean
}

const untagged: TagSource = { tagRevision: 0, tagsOf: () => ({}) }

/**
 * Compiles a choice, narrowed to the devices that `scope` (globs, from a token) allows.
 * Null when nothing is left out. Equal choices get equal keys, whatever their order. A choice by tag gets another key
 * when tags change, so that a stream which is open heeds the change from then on.
 */
export function compileFilter(
  choice: Choice,
  scope: readonly string[] = ['*'],
  source: TagSource = untagged,
): StreamFilter | null {
  const [devices, metrics, channels, allowed] = [choice.devices, choice.metrics, choice.channels, scope].map(canonical)
  const device = matcher(devices!)
  const metric = matcher(metrics!)
  const channel = matcher(channels!)
  const permitted = scope.length === 0 ? () => false : matcher(allowed!)
  const tags = [...(choice.tags ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
  const lists = [devices, metrics, channels, allowed, tags]
  if (scope.length > 0 && lists.every((list) => list!.length === 0)) return null
  const tagged = tagMatcher(tags, source)
  const matchesDevice = (id: DeviceId) => device(id) && permitted(id) && tagged(id)
  const key = JSON.stringify([devices, metrics, channels, scope.length === 0 ? null : allowed])
  const tagKey = JSON.stringify(tags.map(([name, values]) => [name, [...values].sort()]))
  return {
    get key() {
      return tags.length === 0 ? key : `${key} ${source.tagRevision} ${tagKey}`
    },
    matchesDevice,
    matches: (series: Series) => matchesDevice(series.device) && metric(series.metric) && channel(series.channel ?? ''),
  }
}

/** Whether a token that may read the devices in `scope` may see this one. */
export function allows(scope: readonly string[], device: DeviceId): boolean {
  return scope.some((pattern) => matchesGlob(pattern, device))
}

/** Sorted, without repeats; empty when everything matches. */
function canonical(patterns: readonly string[]): string[] {
  return patterns.includes('*') ? [] : [...new Set(patterns)].sort()
}

/** Unlike elsewhere `*` is no choice to be left out: it asks for the tag to be there. */
function tagMatcher(tags: readonly (readonly [string, readonly string[]])[], source: TagSource) {
  const wanted = tags.map(([name, values]) => [name, matcher(values)] as const)
  return (id: DeviceId): boolean => {
    if (wanted.length === 0) return true
    const given = source.tagsOf(id)
    return wanted.every(([name, value]) => Object.hasOwn(given, name) && value(String(given[name])))
  }
}

function matcher(patterns: readonly string[]): (text: string) => boolean {
  if (patterns.length === 0) return () => true
  const exact = new Set(patterns.filter((pattern) => !pattern.includes('*')))
  const globs = patterns.filter((pattern) => pattern.includes('*'))
  return (text) => exact.has(text) || globs.some((glob) => matchesGlob(glob, text))
}

/**
 * `*` stands for any characters, none included. Written out because a regular expression made from `*a*a*a*b` takes
 * time in a high power of the text's length; going back to the last star only is at most length times length.
 */
function matchesGlob(glob: string, text: string): boolean {
  let g = 0
  let t = 0
  let star = -1
  let mark = 0
  while (t < text.length) {
    if (g < glob.length && glob[g] === '*') {
      star = g++
      mark = t
    } else if (g < glob.length && glob[g] === text[t]) {
      g++
      t++
    } else if (star >= 0) {
      g = star + 1
      t = ++mark
    } else return false
  }
  while (glob[g] === '*') g++
  return g === glob.length
}
