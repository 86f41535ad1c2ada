import { type FramingReason, type FramingRejection, sampleBytes } from './framer.ts'

/** After so many bytes without a frame a run of junk is reported, and the next one begins: endless noise must show. */
const runBytesMax = 4096

/** Gathers bytes that belong to no frame and reports each run of them once. */
export interface Junk {
  add(bytes: Uint8Array, from: number, to: number): void
  /** The run ended: reports it, if there was one. */
  end(): void
  readonly isEmpty: boolean
}

/** `name` may look at the sample of a run and say what it was, or null for nothing; otherwise it is a `bad_frame`. */
export function createJunk(
  onReject: (rejection: FramingRejection) => void,
  name?: (run: Uint8Array) => FramingReason | null,
): Junk {
  const kept = new Uint8Array(sampleBytes)
  let length = 0

  function end(): void {
    if (length === 0) return
    const bytes = kept.slice(0, Math.min(length, sampleBytes))
    length = 0
    const reason = name ? name(bytes) : 'bad_frame'
    if (reason) onReject({ reason, where: 'message', bytes })
  }

  return {
    add(bytes, from, to) {
      while (from < to) {
        const until = Math.min(to, from + runBytesMax - length)
        if (length < sampleBytes) kept.set(bytes.subarray(from, Math.min(until, from + sampleBytes - length)), length)
        length += until - from
        from = until
        if (length === runBytesMax) end()
      }
    },
    end,
    get isEmpty() {
      return length === 0
    },
  }
}
