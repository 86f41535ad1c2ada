import { expect, it } from 'vitest'
import { dashOf, joinLines, linesMax } from '../../web/lines.ts'

it('gives lines their common times, and breaks only the one that has a gap', () => {
  const { joined } = joinLines([
    { times: [1, 2, 5, 8, 9], values: [10, 11, null, 12, 13] },
    { times: [1, 3, 6, 7], values: [20, 21, 22, 23] },
  ])
  expect(joined[0]).toEqual([1, 2, 3, 5, 6, 7, 8, 9])
  // Up to the points beside the gap, also where the other line has some.
  expect(joined[1]).toEqual([10, 11, null, null, null, null, 12, 13])
  // At a time that only the other line has nothing is broken.
  expect(joined[4]).toEqual([20, undefined, 21, undefined, 22, 23, undefined, undefined])
})

it('draws extremes only where something is summed up, or they would fill the dashes', () => {
  const { joined } = joinLines([{ times: [1, 2], values: [5, 6], low: [5, 4], high: [5, 8] }])
  expect(joined.slice(2)).toEqual([
    [null, 8],
    [null, 4],
  ])
})

it('has another dash for every line', () => {
  const dashes = Array.from({ length: linesMax }, (_, place) => String(dashOf(place)))
  expect(new Set(dashes).size).toBe(linesMax)
})
