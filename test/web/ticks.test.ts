import { expect, it } from 'vitest'
import { roomyRange, tickTexts } from '../../web/ticks.ts'

const written = (value: number, decimals = 0) =>
  value.toLocaleString(undefined, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })

it('writes as many decimals as tell one tick from the next', () => {
  expect(tickTexts([227.5, 230, 232.5])).toEqual([written(227.5, 1), written(230, 1), written(232.5, 1)])
  expect(tickTexts([0, 10, 20])).toEqual(['0', '10', '20'])
  expect(tickTexts([0, 2e-7, 4e-7])).toEqual([written(0, 7), written(2e-7, 7), written(4e-7, 7)])
})

it('writes the ticks of a large counter out, so that no two read the same', () => {
  expect(tickTexts([1_234_000, 1_234_500, 1_235_000])).toEqual([1_234_000, 1_234_500, 1_235_000].map((n) => written(n)))
})

it('gives a steady value room for ten steps of its last digit', () => {
  const [from, to] = roomyRange(21.5, 21.5, 'Cel')
  expect(to - from).toBeCloseTo(1.16, 6)
  expect(roomyRange(null, null, 'Cel')).toEqual([0, 1])
})

it('does not flatten the small numbers of a unit that is not known', () => {
  const [from, to] = roomyRange(0.000012, 0.000014, null)
  expect(from).toBeGreaterThan(0.00001)
  expect(to).toBeLessThan(0.00002)
  expect(roomyRange(12.5, 12.5, null).map((edge) => Math.round(edge * 100))).toEqual([1192, 1308])
})

it('begins at 0 what is never negative', () => {
  expect(roomyRange(0, 100, 'W')[0]).toBe(0)
  expect(roomyRange(-1, 100, 'W')[0]).toBeLessThan(-1)
})
