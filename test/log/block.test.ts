import { expect, it } from 'vitest'
import { blockReadings, encodeCounts, OpenBlock, someCount } from '../../src/log/block.ts'
import type { Batch } from '../../src/log/columns.ts'
import fc from '../setup/properties.ts'

it('gives back the series and counts that were encoded', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 1, max: 4096 }))),
      (pairs) => {
        const counts = new Map(pairs)
        const decoded = new Map<number, number>()
        const ids: number[] = []
        someCount(encodeCounts(counts), (id, count) => {
          ids.push(id)
          decoded.set(id, count)
          return false
        })
        expect(decoded).toEqual(counts)
        expect(ids).toEqual([...ids].sort((a, b) => a - b))
      },
    ),
  )
})

it('stops at the series that was looked for', () => {
  const visited: number[] = []
  const encoded = encodeCounts(new Map([3, 900, 70_000].map((id) => [id, 1])))
  expect(someCount(encoded, (id) => visited.push(id) === 2)).toBe(true)
  expect(visited).toEqual([3, 900])
  expect(someCount(encoded, () => false)).toBe(false)
})

it('takes two bytes for a series of a hundred', () => {
  const counts = new Map(Array.from({ length: 100 }, (_, i) => [i + 1, 41]))
  expect(encodeCounts(counts)).toHaveLength(200)
})

it('completes a block at each multiple of its size', () => {
  const block = new OpenBlock()
  expect(block.add(batch(blockReadings - 3, [5, 5, 7]))).toEqual([])
  const [full, ...more] = block.add(batch(blockReadings, Array(blockReadings + 1).fill(9)))
  expect(more).toHaveLength(1)
  expect(full).toMatchObject({ id: 0, first: blockReadings - 3, last: blockReadings - 1, minTime: 0, maxTime: 2 })
  expect(full!.series).toEqual(
    encodeCounts(
      new Map([
        [5, 2],
        [7, 1],
      ]),
    ),
  )
  expect(more[0]).toMatchObject({ id: 1, first: blockReadings, last: 2 * blockReadings - 1 })
  expect(block.finish()).toMatchObject([{ id: 2, first: 2 * blockReadings, last: 2 * blockReadings }])
  expect(block.finish()).toEqual([])
})

function batch(first: number, series: number[]): Batch {
  return {
    first,
    series: Uint32Array.from(series),
    time: Float64Array.from(series, (_, i) => i),
    value: new Float64Array(series.length),
    flags: new Uint8Array(series.length),
    texts: [],
  }
}
