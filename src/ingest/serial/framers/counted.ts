import type { Framing } from '../../../framing.ts'
import { checksumMatches } from './proof.ts'
import { type FrameRule, findHead } from './resync.ts'

/** Frames whose header says how many bytes follow it. */
export function countedRule(framing: Extract<Framing, { kind: 'counted' }>): FrameRule {
  const { head, countAt, countBytes, maxBytes, checksum } = framing
  const headerBytes = countAt + countBytes
  return {
    maxBytes,
    find: (bytes, from, to) => findHead(bytes, head, from, to),
    check(bytes, from, to) {
      if (from + headerBytes > to) return 'incomplete'
      const at = from + countAt
      const length = headerBytes + (countBytes === 1 ? bytes[at]! : (bytes[at]! << 8) | bytes[at + 1]!)
      if (length > maxBytes || length < shortest(checksum))
        return { reason: 'bad_frame', where: 'length', length: headerBytes }
      if (from + length > to) return 'incomplete'
      if (checksum && !checksumMatches(checksum, bytes, from, from + length))
        return { reason: 'checksum_mismatch', where: 'message', length }
      return { frame: length }
    },
  }
}

/** A frame must reach as far as its checksum does. */
function shortest(checksum: Extract<Framing, { kind: 'counted' }>['checksum']): number {
  if (!checksum) return 0
  return Math.max(...[checksum.from, checksum.to, checksum.at].map(Math.abs)) + 1
}
