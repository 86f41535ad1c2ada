import { expect, it } from 'vitest'
import { columnsOf } from '../../web/history.ts'

const minute = 60_000
const start = Date.parse('2026-11-22T10:00:00Z')

it('draws the mean of each bucket in its middle, between its extremes', () => {
  const { times, values, low, high } = columns([0, 1], start + 10 * minute)
  expect(times).toEqual([start + minute / 2, start + 1.5 * minute])
  expect([values, low, high]).toEqual([
    [0, 1],
    [-1, 0],
    [2, 3],
  ])
})

it('breaks the line, and the band, where buckets are missing', () => {
  const { values, low, high } = columns([...Array(12).keys(), 30, 31], start + 60 * minute)
  expect(values.slice(10)).toEqual([10, 11, null, 30, 31])
  expect([low?.[12], high?.[12]]).toEqual([null, null])
})

it('takes a sensor that is slower than its buckets for a slow one', () => {
  expect(columns([0, 5, 10, 15, 20, 25, 30], start + 60 * minute).values).not.toContain(null)
})

it('draws nothing later than now', () => {
  expect(columns([0], start + 10_000).times).toEqual([start + 10_000])
})

it('keeps states as they changed', () => {
  const changes = [{ time: new Date(start).toISOString(), value: true }]
  expect(columnsOf({ metric: 'door', unit: null, resolution: minute, changes }, start)).toEqual({
    times: [start],
    values: [true],
  })
})

/** Buckets of a minute, as many minutes after the start as their means say. */
function columns(minutes: number[], now: number) {
  const buckets = minutes.map((mean) => ({
    time: new Date(start + mean * minute).toISOString(),
    min: mean - 1,
    max: mean + 2,
    mean,
    count: 3,
  }))
  return columnsOf({ metric: 'temperature', unit: 'Cel', resolution: minute, buckets }, now)
}

it('says which buckets and changes deserve less trust', () => {
  const time = new Date(start).toISOString()
  const bucket = { time, min: 1, max: 1, mean: 1, count: 1 }
  const of = { metric: 'temperature', unit: 'Cel', resolution: 1000 }
  expect(columnsOf({ ...of, buckets: [bucket] }, start + minute).doubts).toBeUndefined()
  const doubtful = [bucket, { ...bucket, time: new Date(start + 1000).toISOString(), quality: 'suspect' as const }]
  expect(columnsOf({ ...of, buckets: doubtful }, start + minute).doubts).toEqual([null, 'suspect'])
  expect(columnsOf({ ...of, changes: [{ time, value: true, quality: 'stale' }] }, start + minute)).toEqual({
    times: [start],
    values: [true],
    doubts: ['stale'],
  })
})
