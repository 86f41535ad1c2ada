import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pace } from '../../../src/ingest/broker/pace.ts'

it('never makes a client wait that keeps to its rate, with a second of it at once', () => {
  let now = 5000
  let slowed = 0
  const { sent, rest } = pace(
    100,
    () => slowed++,
    () => now,
  )
  for (let i = 0; i < 100; i++) sent()
  expect(rest()).toBe(0)
  for (let i = 0; i < 1000; i++) {
    now += 10
    sent()
    expect(rest()).toBe(0)
  }
  expect(slowed).toBe(0)
  sent()
  expect(rest()).toBe(10)
  expect(slowed).toBe(1)
})

it('holds a client that is read from after each rest to its rate, however it sends', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(500), { minLength: 50, maxLength: 100 }), (chunks) => {
      let now = 0
      let slowed = 0
      const { sent, rest } = pace(
        100,
        () => slowed++,
        () => now,
      )
      let count = 0
      for (const packets of chunks) {
        for (let i = 0; i < packets; i++) sent()
        count += packets
        now += rest()
      }
      expect(now).toBeGreaterThanOrEqual((count - 100) * 10 - 0.001)
      expect(slowed).toBe(count > 100 ? 1 : 0)
    }),
  )
})

it('says nothing against any number where there is no limit', () => {
  const { sent, rest } = pace(Number.POSITIVE_INFINITY, () => expect.unreachable())
  for (let i = 0; i < 100_000; i++) sent()
  expect(rest()).toBe(0)
})
