import type { Draft } from './draft.ts'

/** Bridges of one family that are kept apart: more than anyone has, and a bound for the state. */
const bridgesMax = 100

/**
 * Notes that the bridge which speaks on this topic came or went, and says whether its family can still be heard: what one Bluetooth gateway
 * no longer hears, another may.
 */
export function noteBridge(draft: Draft, family: string, topic: string, online: boolean): boolean {
  const key = `bridges/${family}`
  const known = (draft.state.get(key) ?? {}) as Readonly<Record<string, boolean>>
  const bridges = { ...known, [topic]: online }
  if (Object.keys(bridges).length <= bridgesMax) draft.put(key, bridges)
  return Object.values(bridges).includes(true)
}
