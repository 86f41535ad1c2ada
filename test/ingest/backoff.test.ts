import { expect, it } from 'vitest'
import { backoffMs } from '../../src/ingest/backoff.ts'

it('doubles the range with every failure, up to 30 s', () => {
  const longest = (failures: number) => backoffMs(failures, () => 1)
  expect([1, 2, 3, 4, 5, 6, 7, 1000].map(longest)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

it('spreads over the whole range', () => {
  expect(backoffMs(10, () => 0)).toBe(0)
  expect(backoffMs(10, () => 0.5)).toBe(15_000)
})
