import { expect, it } from 'vitest'
import { pace } from '../../../src/ingest/broker/pace.ts'
import { Paces } from '../../../src/ingest/broker/paces.ts'

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

it('goes on where the client of an address left, of several with the one furthest ahead', () => {
  const paces = new Paces(() => 100)
  const [one, two] = [paces.begin('one'), paces.begin('one')]
  one.spend(300)
  paces.end('one', one)
  paces.end('one', two)
  expect(paces.begin('two').ahead()).toBeLessThan(0)
  const again = paces.begin('one')
  expect(again.ahead()).toBeGreaterThan(1000)
  // It is theirs now: who comes beside them is another client.
  expect(paces.begin('one').ahead()).toBeLessThan(0)
})
