import { expect, it } from 'vitest'
import { SeriesTable } from '../../src/log/series-table.ts'
import type { Series } from '../../src/reading.ts'
import { devices } from './sample.ts'

const series = (fields: Partial<Series> = {}): Series => ({ device: 'a', metric: 'power', unit: 'W', ...fields })

it('gives each series one id, in the order of their first reading', () => {
  const table = new SeriesTable()
  const all = [{}, { unit: null }, { channel: '' }, { channel: 'l1' }, { metric: 'energy' }, { device: 'b' }].map(
    series,
  )
  expect(all.map((one) => table.intern(one))).toEqual([1, 2, 3, 4, 5, 6])
  expect(all.map((one) => table.intern({ ...one }))).toEqual([1, 2, 3, 4, 5, 6])
  expect(all.map((_, i) => table.seriesOf(i + 1))).toStrictEqual(all)
})

it('goes on where the stored ones end', () => {
  const table = new SeriesTable([
    { id: 1, ...series() },
    { id: 2, ...series({ channel: 'l1' }) },
  ])
  expect(table.intern(series({ channel: 'l1' }))).toBe(2)
  expect(table.intern(series({ device: 'b' }))).toBe(3)
  expect(table.after(2)).toEqual([{ id: 3, ...series({ device: 'b' }) }])
})

it('knows a name with half a surrogate pair again after it was stored as UTF-8', () => {
  const table = new SeriesTable()
  const id = table.intern(series({ channel: 'x\ud800' }))
  expect(table.seriesOf(id).channel).toBe('x\ufffd')
  expect(table.intern(series({ channel: 'x\ud800' }))).toBe(id)
  expect(table.intern(series({ channel: 'x\ufffd' }))).toBe(id)
})

it('asks a filter once for each series, also as more of them come', () => {
  const table = new SeriesTable()
  const asked: string[] = []
  const filter = {
    key: 'b',
    matches: (one: Series) => {
      asked.push(one.device)
      return one.device === 'b'
    },
  }
  for (const device of ['a', 'b']) table.intern(series({ device }))
  expect(table.choose(filter).ids).toEqual([2])
  expect(table.choose({ ...filter }).ids).toEqual([2])
  for (let i = 0; i < 100; i++) table.intern(series({ device: `c${i}` }))
  table.intern(series({ device: 'b', unit: null }))
  const { ids, wanted } = table.choose(filter)
  expect(ids).toEqual([2, 103])
  expect([wanted[1], wanted[2], wanted[102], wanted[103]]).toEqual([0, 1, 0, 1])
  expect(asked).toHaveLength(103)
})

it('works a filter out again when it had to be forgotten among many', () => {
  const table = new SeriesTable()
  for (let i = 0; i < 20_000; i++) table.intern(series({ device: String(i) }))
  // About 20 KB each: a thousand of them are more than it remembers.
  for (let i = 0; i < 1000; i++) expect(table.choose(devices(String(i))).ids).toEqual([i + 1])
  expect(table.choose(devices('0')).ids).toEqual([1])
})
