/** Cuts a stream of bytes into frames. What comes out does not depend on how the bytes were split into chunks. */
export interface Framer {
  /** Takes the next bytes; every frame they complete is handed over before this returns. Keeps no reference to `chunk`. */
  push(chunk: Uint8Array): void
  /** The stream ended: an unfinished frame is dropped, never completed by guessing. */
  close(): void
  /** Bytes held for a frame not yet complete. */
  readonly buffered: number
}

/** Why bytes did not become a frame. */
export type FramingReason = 'bad_frame' | 'checksum_mismatch' | 'truncated' | 'unexpected_slave'

/** One stretch of bytes given up. */
export interface FramingRejection {
  readonly reason: FramingReason
  /** Which part was wrong: `tail`, `length`, …, or `message` for the whole. */
  readonly where: string
  /** The first bytes of it, at most `sampleBytes`; a copy. */
  readonly bytes: Uint8Array
}

export interface FrameHandlers {
  /** The frame is a copy of its own: the receiver may keep it, and keeps nothing else alive with it. */
  onFrame(frame: Uint8Array): void
  onReject(rejection: FramingRejection): void
}

/** How much of rejected bytes is kept: enough to see what it was. */
export const sampleBytes = 256

/** A copy of the beginning of a stretch of bytes. */
export function sample(bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array {
  return bytes.slice(from, Math.min(to, from + sampleBytes))
}
