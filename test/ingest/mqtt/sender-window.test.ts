import { expect, it } from 'vitest'
import { SenderWindow } from '../../../src/ingest/mqtt/sender-window.ts'

it('is full when ten messages came together, and says so once', () => {
  const window = new SenderWindow(10)
  expect(arrive(window, { count: 30, everyMs: 0 })).toEqual([10])
})

it('is full again when the sender answers a release, however late', () => {
  const window = new SenderWindow(10)
  arrive(window, { count: 20, everyMs: 0 })
  window.released(20)
  expect(arrive(window, { from: 60, count: 20, everyMs: 0.1 })).toEqual([10])
})

it('is full again when one message was released and one came, with the others still open', () => {
  const window = new SenderWindow(10)
  arrive(window, { count: 20, everyMs: 0 })
  window.released(1)
  expect(arrive(window, { from: 100, count: 1, everyMs: 0, open: 19 })).toEqual([1])
})

it('is not full for one message of few', () => {
  const window = new SenderWindow(10)
  arrive(window, { count: 5, everyMs: 500 })
  window.released(1)
  expect(arrive(window, { count: 1, everyMs: 0, open: 4 })).toEqual([])
})

it.each([3, 5, 10, 100])('is never full for a trickle of one message in %i ms, released once a second', (everyMs) => {
  const window = new SenderWindow(10)
  for (let second = 0; second < 10; second++) {
    const count = Math.floor(1000 / everyMs)
    expect(arrive(window, { from: second * 1000, count, everyMs })).toEqual([])
    window.released(count)
  }
})

/** Which of the messages made it say that the window is full. */
function arrive(window: SenderWindow, { from = 0, count = 0, everyMs = 0, open = 0 }): number[] {
  const numbers = Array.from({ length: count }, (_, i) => i + 1)
  return numbers.filter((number) => window.arrived(from + number * everyMs, open + number))
}
