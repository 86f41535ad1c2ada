import { expect, it } from 'vitest'
import { createPoints, nearestPoint, pointUpTo } from '../../web/points.ts'

const second = 1000
const reading = (seq: number, time: number, value = seq) => ({
  seq,
  time,
  value,
  device: 'd:1',
  metric: 'temperature',
  unit: 'Cel',
})

it('puts a late reading where its time belongs', () => {
  const points = createPoints()
  for (const at of [1, 2, 4]) points.add(reading(at, at * second))
  points.add(reading(5, 3 * second, 33))
  expect(points.columns(0, 10 * second)).toEqual({ times: [1000, 2000, 3000, 4000], values: [1, 2, 33, 4] })
})

it('keeps a reading once that came from the history and from the stream', () => {
  const points = createPoints()
  points.add(reading(2, 2 * second))
  points.add(reading(3, 3 * second))
  points.addAll([reading(1, second), reading(2, 2 * second), reading(3, 3 * second)])
  points.add(reading(3, 3 * second))
  expect(points.columns(0, 10 * second).values).toEqual([1, 2, 3])
})

it('breaks the line where the log lost readings, and only there', () => {
  const points = createPoints()
  for (const at of [1, 2, 3]) points.add(reading(at, at * second))
  points.cut(8)
  for (const at of [9, 10]) points.add(reading(at, at * second))
  expect(points.columns(0, 20 * second).values).toEqual([1, 2, 3, null, 9, 10])
})

it('breaks the line after a long silence of a regular sensor', () => {
  const points = createPoints()
  for (let at = 0; at < 50; at++) points.add(reading(at + 1, at * second))
  for (let at = 0; at < 50; at++) points.add(reading(at + 51, (at + 200) * second))
  const { values } = points.columns(0, 500 * second)
  expect(values.indexOf(null)).toBe(50)
  expect(values.filter((value) => value === null)).toHaveLength(1)
})

it('draws through the pauses of a sensor that reports on change', () => {
  const points = createPoints()
  let time = 0
  for (let at = 1; at <= 60; at++) {
    time += (at % 5 === 0 ? 300 : 10) * second
    points.add(reading(at, time))
  }
  expect(points.columns(0, time).values).not.toContain(null)
})

it('gives one point beyond each edge, so that lines run to it', () => {
  const points = createPoints()
  for (let at = 1; at <= 9; at++) points.add(reading(at, at * second))
  expect(points.columns(3500, 5500).values).toEqual([3, 4, 5, 6])
})

it('lets the oldest points leave', () => {
  const points = createPoints()
  for (let at = 1; at <= 100_000; at++) points.add(reading(at, at))
  expect(points.length).toBeLessThanOrEqual(40_000)
  expect(points.columns(100_000, 100_000).values.at(-1)).toBe(100_000)
  points.addAll(Array.from({ length: 50_000 }, (_, at) => reading(200_000 + at, 200_000 + at)))
  expect(points.length).toBeLessThanOrEqual(40_000)
})

it('plots few of many points, and never loses a spike', () => {
  const points = createPoints()
  for (let at = 1; at <= 36_000; at++) points.add(reading(at, at * 100, at === 17_777 ? 99 : at === 30_001 ? -99 : 20))
  const { times, values } = points.columns(0, 3_600_000)
  expect(values.length).toBeLessThanOrEqual(4004)
  expect(values[times.indexOf(1_777_700)]).toBe(99)
  expect(values[times.indexOf(3_000_100)]).toBe(-99)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(times.at(-1)).toBeGreaterThan(3_590_000)
})

it('forgets what is too old for any chart, but for the last of it', () => {
  const points = createPoints()
  for (let at = 1; at <= 100; at++) points.add(reading(at, at * second))
  points.forget(50 * second)
  expect(points.columns(0, 100 * second).values[0]).toBe(50)
})

it('draws a state as one that holds, however long nothing is heard', () => {
  const points = createPoints()
  const state = (seq: number, time: number, value: boolean) => ({ ...reading(seq, time), value, unit: null })
  for (let at = 1; at <= 20; at++) points.add(state(at, at * second, at % 2 === 0))
  points.add(state(21, 3000 * second, false))
  expect(points.columns(0, 4000 * second).values).not.toContain(null)
})

it('says which points deserve less trust, when any does', () => {
  const points = createPoints()
  points.add(reading(1, second))
  expect(points.columns(0, 10 * second).doubts).toBeUndefined()
  points.add({ ...reading(3, 3 * second), quality: 'suspect' })
  points.addAll([{ ...reading(2, 2 * second), quality: 'stale' }])
  expect(points.columns(0, 10 * second).doubts).toEqual([null, 'stale', 'suspect'])
  points.forget(2.5 * second)
  expect(points.columns(0, 10 * second).doubts).toEqual(['stale', 'suspect'])
})

it('finds the point that is meant by a time', () => {
  const line = { times: [10, 20, 30, 40], values: [1, 2, null, 4] }
  expect([0, 14, 16, 20, 31, 99].map((time) => nearestPoint(line, time))).toEqual([0, 0, 1, 1, -1, 3])
  expect([0, 14, 20, 31, 99].map((time) => pointUpTo(line, time))).toEqual([-1, 0, 1, -1, 3])
  expect(nearestPoint({ times: [], values: [] }, 5)).toBe(-1)
})
