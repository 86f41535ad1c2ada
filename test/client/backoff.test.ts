import { expect, it } from 'vitest'
import { reconnectDelayMs, retryAfterMs } from '../../src/client/backoff.ts'
import fc from '../setup/properties.ts'

it('waits as long as the server asked for after a stream that ended', () => {
  expect(reconnectDelayMs(0, 2731)).toBe(2731)
})

it('waits up to a bound that doubles with every failure, and never longer than 30 s', () => {
  const longest = (failures: number, retryMs?: number) => reconnectDelayMs(failures, retryMs, () => 1)
  expect([0, 1, 2, 3, 5, 99].map((failures) => longest(failures))).toEqual([1000, 2000, 4000, 8000, 30_000, 30_000])
  expect([1, 2, 3].map((failures) => longest(failures, 3000))).toEqual([3000, 4000, 8000])
  expect(longest(0, 86_400_000)).toBe(30_000)
})

it('spreads clients that failed together over the whole time', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(40), (random, failures) => {
      const delay = reconnectDelayMs(failures + 1, 1000, () => random)
      const bound = Math.min(30_000, 1000 * 2 ** (failures + 1))
      expect(delay).toBe(random * bound)
    }),
  )
})

it('waits as long as a proxy asks for, in seconds or up to a moment, within reason', () => {
  const now = () => Date.parse('2026-11-22T10:00:00Z')
  expect(retryAfterMs('120', now)).toBe(120_000)
  expect(retryAfterMs('Sun, 22 Nov 2026 10:00:30 GMT', now)).toBe(30_000)
  expect(retryAfterMs('86400', now)).toBe(600_000)
  for (const nothing of [null, '', '0', '-1', 'soon', 'Sun, 22 Nov 2026 09:00:00 GMT'])
    expect(retryAfterMs(nothing, now), String(nothing)).toBe(0)
})
