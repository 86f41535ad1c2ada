import type { Quality } from '../src/reading.ts'

/** Stands beside a value, and on a chart, where a reading deserves less trust. */
export const doubtMark = '◇'

const words: Record<Quality, string> = {
  stale: 'kept by the broker',
  unsynced: 'clock not set',
  suspect: 'doubtful',
}

/** Why a reading deserves less trust, in words; empty where it does not. */
export function doubtText(quality: Quality | null | undefined): string {
  return quality ? `${doubtMark} ${words[quality]}` : ''
}
