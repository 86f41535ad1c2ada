import { expect, it } from 'vitest'
import { fingerprint } from '../../src/decode/fingerprint.ts'
import fc from '../setup/properties.ts'

it('is the same for equal bytes and another for any that differ in a bit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), fc.nat(), (bytes, place) => {
      const changed = Uint8Array.from(bytes)
      changed[place % bytes.length]! ^= 1 << (place % 8)
      expect(fingerprint('a', Uint8Array.from(bytes))).toBe(fingerprint('a', bytes))
      expect(fingerprint('a', changed)).not.toBe(fingerprint('a', bytes))
      expect(fingerprint('b', bytes)).not.toBe(fingerprint('a', bytes))
    }),
  )
})

it('tells a hundred thousand like messages apart', () => {
  const seen = new Set<number>()
  for (let i = 0; i < 100_000; i++)
    seen.add(fingerprint('a', Buffer.from(`{"temperature":${20 + (i % 100) / 10},"n":${i}}`)))
  expect(seen.size).toBe(100_000)
})
