import type { DecoderState } from './decoder.ts'

/** What a family has declared about one device's members, by `declared/<device id>` in the state. */
export const declaredKey = (device: string): string => `declared/${device}`

/** Writes a value where it differs from what is there; true when it did. Values are plain JSON. */
export function putState(state: DecoderState, key: string, value: unknown): boolean {
  const before = state.get(key)
  if (before !== undefined && JSON.stringify(before) === JSON.stringify(value)) return false
  state.set(key, value)
  return true
}
