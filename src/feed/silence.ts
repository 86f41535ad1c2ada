import type { Millis } from '../reading.ts'

/** How regularly a device was heard since the start, by a clock that never jumps. */
export interface Rhythm {
  /** When it was last heard; null before the first time. */
  heardAt: Millis | null
  /** The longest it was silent, forgotten by and by. */
  gapMs: Millis
  /** Gaps seen. */
  gaps: number
}

export function newRhythm(): Rhythm {
  return { heardAt: null, gapMs: 0, gaps: 0 }
}

/** Readings closer together than this belong to one message, or to a burst of them. */
const burstMs: Millis = 500

/** A long gap counts for less with each that follows: after some twenty it is halved. */
const forgetting = 0.97

/** Takes note that the device was heard. */
export function hear(rhythm: Rhythm, now: Millis): void {
  if (rhythm.heardAt !== null && now - rhythm.heardAt > burstMs) {
    rhythm.gapMs = Math.max(now - rhythm.heardAt, rhythm.gapMs * forgetting)
    rhythm.gaps++
  }
  rhythm.heardAt = now
}

/** Gaps by which a rhythm is known. */
const gapsMin = 10
/** So many times the longest gap is no chance any more. */
const patience = 5
/** A device that sends each second may still take a while to restart. */
const silenceMin: Millis = 10 * 60_000

/**
 * Whether a device has been silent for longer than its family is, or, where the family has no rule, for much longer than it used to be.
 * Never true for a device that was not heard since the start: nobody knows when it was last awake.
 * @param familyMs how long devices of its family are silent at most; undefined where that depends on what happens
 */
export function isSilent({ heardAt, gapMs, gaps }: Rhythm, now: Millis, familyMs: Millis | undefined): boolean {
  if (heardAt === null) return false
  const own = gaps < gapsMin ? Number.POSITIVE_INFINITY : Math.max(silenceMin, patience * gapMs)
  return now - heardAt > (familyMs ?? own)
}
