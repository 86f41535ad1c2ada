import { expect, it } from 'vitest'
import { Connects } from '../../../src/ingest/broker/connects.ts'
import { pace } from '../../../src/ingest/broker/pace.ts'

it('has nobody ahead who keeps to the rate, with a second of it at once', () => {
  let now = 5000
  const { spend, ahead } = pace(100, () => now)
  spend(100)
  expect(ahead()).toBe(0)
  for (let i = 0; i < 1000; i++) {
    now += 10
    spend(1)
    expect(ahead()).toBeLessThanOrEqual(0)
  }
  spend(1)
  expect(ahead()).toBe(10)
})

it('has nobody ahead where there is no limit', () => {
  const { spend, ahead } = pace(Number.POSITIVE_INFINITY)
  for (let i = 0; i < 100_000; i++) spend(1)
  expect(ahead()).toBeLessThanOrEqual(0)
})

it('lets no more connections of an address begin at a time than its rate allows, without a burst for each', () => {
  let now = 5000
  const connects = new Connects(
    () => 100,
    () => now,
  )
  const waits = Array.from({ length: 200 }, () => connects.begin('one').ahead())
  expect(waits.slice(0, 10)).toEqual(Array(10).fill(0))
  expect(waits[19]).toBe(1000)
  // No longer than it takes the broker to give up who says nothing.
  expect(Math.max(...waits)).toBe(5000)
  expect(connects.begin('two').ahead()).toBe(0)
  now += 7000
  const late = connects.begin('one')
  expect(late.ahead()).toBe(0)
  late.spend(1)
  expect(late.ahead()).toBe(10)
})
