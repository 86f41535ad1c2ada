import type { FrameHandlers, Framer, FramingReason } from './framer.ts'
import { sample } from './framer.ts'
import { createJunk } from './junk.ts'

/** What a place in the bytes turned out to be: a frame so many bytes long, too early to say, or no frame. */
export type Verdict = { readonly frame: number } | 'incomplete' | Flaw

/** `length`: how many bytes the flawed frame was thought to have. They are blamed once, whatever is found among them. */
export interface Flaw {
  readonly reason: FramingReason
  readonly where: string
  readonly length: number
}

/** One kind of frame. Both functions see [from, to) of the bytes and must not look beyond. */
export interface FrameRule {
  /** No frame is longer; a place that is still incomplete with so many bytes would be a fault of the rule. */
  readonly maxBytes: number
  /** The first place from `from` on where a frame may begin, `to` if none; the bytes there may be a mere beginning of one. */
  find(bytes: Uint8Array, from: number, to: number): number
  check(bytes: Uint8Array, from: number, to: number): Verdict
  /** Says what a run of bytes between frames was, from its sample; null for what is not worth telling. */
  nameJunk?(run: Uint8Array): FramingReason | null
}

/**
 * Runs a rule over a stream. A place that proves false costs one byte, not a frame: the search goes on at its second byte,
 * so that a good frame begun inside it is found. Holds less than two frames, or 1 KiB where frames are small.
 */
export function createResyncFramer(rule: FrameRule, { onFrame, onReject }: FrameHandlers): Framer {
  const window = new Uint8Array(Math.max(2 * rule.maxBytes, 1024))
  const junk = createJunk(onReject, rule.nameJunk)
  let start = 0
  let end = 0
  /** Bytes of the window before this place were reported with a flaw already. */
  let blamed = 0

  function skipTo(place: number): void {
    if (place > blamed) junk.add(window, Math.max(start, blamed), place)
    start = place
  }

  function reject({ reason, where, length }: Flaw): void {
    if (start >= blamed) {
      junk.end()
      onReject({ reason, where, bytes: sample(window, start, Math.min(start + length, end)) })
      blamed = start + length
    }
    start++
  }

  function scan(closing: boolean): void {
    for (;;) {
      skipTo(rule.find(window, start, end))
      if (start === end) return
      const verdict = rule.check(window, start, end)
      if (verdict === 'incomplete') {
        if (!closing) return
        reject({ reason: 'truncated', where: 'message', length: end - start })
      } else if ('frame' in verdict) {
        junk.end()
        onFrame(window.slice(start, start + verdict.frame))
        start += verdict.frame
        blamed = start
      } else reject(verdict)
    }
  }

  /** Moves what is left to the front. At most one frame's bytes move, after at least as many were taken: O(1) a byte. */
  function compact(): void {
    window.copyWithin(0, start, end)
    end -= start
    blamed = Math.max(0, blamed - start)
    start = 0
  }

  return {
    push(chunk) {
      for (let taken = 0; taken < chunk.length; ) {
        if (end === window.length) compact()
        const count = Math.min(chunk.length - taken, window.length - end)
        window.set(chunk.subarray(taken, taken + count), end)
        taken += count
        end += count
        scan(false)
      }
    },
    close() {
      scan(true)
      junk.end()
      start = end = blamed = 0
    },
    get buffered() {
      return end - start
    },
  }
}

/** The first place from `from` on that begins with `head`, or with as much of it as there are bytes left. */
export function findHead(bytes: Uint8Array, head: readonly number[], from: number, to: number): number {
  const first = head[0]!
  for (let place = from; place < to; place++) {
    if (bytes[place] !== first) continue
    let matched = 1
    while (matched < head.length && place + matched < to && bytes[place + matched] === head[matched]) matched++
    if (matched === head.length || place + matched === to) return place
  }
  return to
}
