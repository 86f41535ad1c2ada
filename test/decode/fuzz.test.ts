import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fuzz } from '../fuzz/fuzz.ts'

it('keeps every promise about readings under any bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
      const { messages, readings } = fuzz(300, seed)
      expect(messages).toBeGreaterThanOrEqual(300)
      expect(readings).toBeGreaterThan(0)
    }),
    { numRuns: 5 },
  )
})
