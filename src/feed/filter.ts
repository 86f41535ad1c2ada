import type { SeriesFilter } from '../log/log.ts'
import type { DeviceId, Series } from '../reading.ts'

/** What a client asked to see; an empty list asks for everything. `*` in an entry stands for any characters. */
export interface Choice {
  readonly devices: readonly string[]
  readonly metrics: readonly string[]
  /** An empty entry means readings without a channel. */
  readonly channels: readonly string[]
}

/** A choice of series that can also say whether a device may have any of them. */
export interface StreamFilter extends SeriesFilter {
  matchesDevice(device: DeviceId): boolean
}

/**
 * Compiles a choice, narrowed to the devices that `scope` (globs, from a token) allows.
 * Null when nothing is left out. Equal choices get equal keys, whatever their order.
 */
export function compileFilter(choice: Choice, scope: readonly string[] = ['*']): StreamFilter | null {
  const [devices, metrics, channels, allowed] = [choice.devices, choice.metrics, choice.channels, scope].map(canonical)
  const device = matcher(devices!)
  const metric = matcher(metrics!)
  const channel = matcher(channels!)
  const permitted = scope.length === 0 ? () => false : matcher(allowed!)
  if (scope.length > 0 && [devices, metrics, channels, allowed].every((list) => list!.length === 0)) return null
  const matchesDevice = (id: DeviceId) => device(id) && permitted(id)
  return {
    key: JSON.stringify([devices, metrics, channels, scope.length === 0 ? null : allowed]),
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
