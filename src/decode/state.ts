import type { DecoderState } from './decoder.ts'

/** What a family has declared about one device's members, by `declared/<device id>` in the state. */
export const declaredKey = (device: string): string => `declared/${device}`

/**
 * Writes a value where it differs from what is there; false when there is no room. Values are plain JSON. `onChange` is called when the
 * state is another than before.
 */
export function putState(state: DecoderState, key: string, value: unknown, onChange: () => void): boolean {
  const text = JSON.stringify(value)
  const before = state.get(key)
  const beforeText = before === undefined ? undefined : JSON.stringify(before)
  if (text === beforeText) return true
  const size = sizeOf(state)
  const grown = size.chars + text.length - (beforeText?.length ?? -key.length)
  if (grown > charsMax && grown > size.chars) return false
  size.chars = grown
  state.set(key, value)
  onChange()
  return true
}

/** Removes a value; true when there was one. */
export function removeState(state: DecoderState, key: string): boolean {
  const before = state.get(key)
  if (before === undefined) return false
  sizeOf(state).chars -= key.length + JSON.stringify(before).length
  return state.delete(key)
}

/**
 * All that one source may have us remember, in characters of JSON. Whoever may publish may announce any number of devices; the inventory
 * of a house with 500 Zigbee devices is below 2 million.
 */
const charsMax = 32_000_000

const sizes = new WeakMap<DecoderState, { chars: number }>()

function sizeOf(state: DecoderState): { chars: number } {
  let size = sizes.get(state)
  if (!size) {
    let chars = 0
    for (const [key, value] of state) chars += key.length + JSON.stringify(value).length
    size = { chars }
    sizes.set(state, size)
  }
  return size
}
