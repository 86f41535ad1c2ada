import { expect, it } from 'vitest'
import { createTrace, traceMs } from '../../web/trace.ts'

const now = 1_800_000_000_000

it('draws the mean of each half minute from left to right', () => {
  const trace = createTrace()
  trace.add(now - 30_000, 10)
  trace.add(now - 30_000, 20)
  trace.add(now, 25)
  // Short as it is, it is drawn as if it were ten half minutes long.
  expect(trace.path(now, 100, 10)).toBe('M90.0 10.0h0L100.0 0.0')
})

it('uses the whole width once there is half an hour', () => {
  const trace = createTrace()
  trace.add(now - traceMs + 30_000, 1)
  trace.add(now, 1)
  expect(trace.path(now, 100, 10)).toBe('M0.0 5.0h0M100.0 5.0h0')
})

it('lifts the pen where a sensor was away', () => {
  const trace = createTrace()
  trace.add(now - 20 * 60_000, 1)
  trace.add(now, 2)
  expect(trace.path(now, 100, 10).match(/M/g)).toHaveLength(2)
})

it('forgets what lies before its time, in whatever order readings come', () => {
  const trace = createTrace()
  trace.add(now, 1)
  trace.add(now - traceMs - 60_000, 99)
  expect(trace.path(now, 100, 10)).toBe('M100.0 5.0h0')
  expect(trace.path(now + 2 * traceMs, 100, 10)).toBe('')
})
