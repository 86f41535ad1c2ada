import { expect, it } from 'vitest'
import { decodeBuckets, encodeBuckets } from '../../src/log/bucket-code.ts'
import { Buckets, minuteMs } from '../../src/log/buckets.ts'
import fc from '../setup/properties.ts'

const decimals = fc.integer({ min: -100_000, max: 100_000 }).map((n) => n / 100)
const anything = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0)
const reading = (value: fc.Arbitrary<number>) => fc.record({ minute: fc.integer({ min: 0, max: 59 }), value })

/** The minutes of an hour that begins at `base`. */
function minutesOf(readings: readonly { minute: number; value: number }[], base: number) {
  const minutes = new Buckets(minuteMs)
  for (const { minute, value } of readings) minutes.add((base + minute) * minuteMs, value)
  return minutes.inOrder()
}

it('gives back what it was given, but for the rounding of sums', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.array(reading(decimals), { maxLength: 200 }), fc.array(reading(anything), { maxLength: 200 })),
      fc.integer({ min: -1_000_000, max: 30_000_000 }),
      (readings, base) => {
        const minutes = minutesOf(readings, base)
        const decoded = decodeBuckets(encodeBuckets(minutes, base), base)
        expect(decoded.map(({ sum, ...rest }) => rest)).toEqual(minutes.map(({ sum, ...rest }) => rest))
        for (const [i, { sum, count, min, max }] of minutes.entries()) {
          const rounding = Math.max(Math.abs(min), Math.abs(max)) * count * 1e-13
          if (decoded[i]!.sum !== sum) expect(Math.abs(decoded[i]!.sum - sum)).toBeLessThanOrEqual(rounding)
        }
      },
    ),
  )
})

it('takes three bytes for a reading a minute, and a dozen for many', () => {
  const slow = Array.from({ length: 60 }, (_, minute) => ({ minute, value: 21.5 + (minute % 9) / 10 }))
  expect(encodeBuckets(minutesOf(slow, 0), 0).length).toBeLessThanOrEqual(60 * 3 + 1)
  const fast = Array.from({ length: 3600 }, (_, i) => ({ minute: Math.floor(i / 60), value: 21.5 + (i % 9) / 10 }))
  expect(encodeBuckets(minutesOf(fast, 0), 0).length).toBeLessThanOrEqual(60 * 12 + 1)
})
