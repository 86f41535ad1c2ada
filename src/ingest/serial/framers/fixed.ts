import type { Framing } from '../../../framing.ts'
import { checksumMatches } from './proof.ts'
import { type FrameRule, findHead } from './resync.ts'

/** Frames of one length: head, tail and checksum must all be right. */
export function fixedRule(framing: Extract<Framing, { kind: 'fixed' }>): FrameRule {
  const { head, length, tail = [], checksum } = framing
  return {
    maxBytes: length,
    find: (bytes, from, to) => findHead(bytes, head, from, to),
    check(bytes, from, to) {
      const end = from + length
      if (end > to) return 'incomplete'
      if (!tail.every((byte, i) => bytes[end - tail.length + i] === byte))
        return { reason: 'bad_frame', where: 'tail', length }
      if (checksum && !checksumMatches(checksum, bytes, from, end))
        return { reason: 'checksum_mismatch', where: 'message', length }
      return { frame: length }
    },
  }
}
