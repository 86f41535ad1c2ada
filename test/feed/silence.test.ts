import { expect, it } from 'vitest'
import { hear, isSilent, newRhythm } from '../../src/feed/silence.ts'

const minute = 60_000

function heardEvery(ms: number, times: number, from = 0) {
  const rhythm = newRhythm()
  for (let i = 0; i < times; i++) hear(rhythm, from + i * ms)
  return { rhythm, last: from + (times - 1) * ms }
}

it('learns how often a device speaks, and waits much longer than that', () => {
  const { rhythm, last } = heardEvery(15 * minute, 20)
  expect(isSilent(rhythm, last + 70 * minute, undefined)).toBe(false)
  expect(isSilent(rhythm, last + 80 * minute, undefined)).toBe(true)
})

it('gives a device that speaks each second ten minutes to come back', () => {
  const { rhythm, last } = heardEvery(1000, 100)
  expect(isSilent(rhythm, last + 9 * minute, undefined)).toBe(false)
  expect(isSilent(rhythm, last + 11 * minute, undefined)).toBe(true)
})

it('says nothing of a device that it hardly knows, or never heard', () => {
  const { rhythm, last } = heardEvery(minute, 5)
  expect(isSilent(rhythm, last + 1e9, undefined)).toBe(false)
  expect(isSilent(newRhythm(), 1e9, minute)).toBe(false)
})

it('takes the readings of one message for one', () => {
  const { rhythm } = heardEvery(10, 30)
  expect(rhythm.gaps).toBe(0)
})

it('remembers a long pause of a door that is rarely opened, and forgets it by and by', () => {
  const { rhythm, last } = heardEvery(minute, 12)
  const door = last + 24 * 60 * minute
  hear(rhythm, door)
  expect(isSilent(rhythm, door + 48 * 60 * minute, undefined)).toBe(false)
  for (let i = 1; i <= 200; i++) hear(rhythm, door + i * minute)
  expect(isSilent(rhythm, door + 200 * minute + 24 * 60 * minute, undefined)).toBe(true)
})
