/**
 * A number of 53 bits by which an equal topic with equal bytes is known again. Two multiplicative hashes side by side (FNV-1a and one with another
 * prime): far faster than SHA-1 at the size of a message, and a number needs no text as the key of a map. Whoever forges a collision
 * hides but messages of their own.
 */
export function fingerprint(topic: string, bytes: Uint8Array): number {
  let one = 0x811c9dc5
  let other = 0x9747b28c ^ bytes.length
  for (let i = 0; i < topic.length; i++) {
    const code = topic.charCodeAt(i)
    one = Math.imul(one ^ code, 0x01000193)
    other = Math.imul(other ^ code, 0x5bd1e995)
    other ^= other >>> 15
  }
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    one = Math.imul(one ^ byte, 0x01000193)
    other = Math.imul(other ^ byte, 0x5bd1e995)
    other ^= other >>> 15
  }
  return (one >>> 0) * 2 ** 21 + (other >>> 11)
}
