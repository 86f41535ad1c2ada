import { expect, it } from 'vitest'
import { isLive, panned, type Span, scaled, timesOf, zoomTo } from '../../web/span.ts'
import fc from '../setup/properties.ts'

const now = 1_800_000_000_000
const hour = 3_600_000
const shown = (zoom: Span['zoom']) => timesOf({ range: '1h', ...(zoom && { zoom }) }, now)

it('shows a range up to now, a part of the past, or another length of time up to now', () => {
  expect(shown(undefined)).toEqual([now - hour, now])
  expect(shown({ from: 5, to: 9 })).toEqual([5, 9])
  expect(shown({ lengthMs: 2 * hour })).toEqual([now - 2 * hour, now])
})

it('follows the live edge only when the view is at it', () => {
  const follows = (from: number, to: number) => isLive({ range: '1h', zoom: zoomTo(from, to, now) })
  expect(follows(now - 2 * hour, now)).toBe(true)
  expect(follows(now - 2 * hour, now - 60_000)).toBe(true)
  expect(follows(now - 2 * hour, now - hour)).toBe(false)
  expect(follows(now, now + hour)).toBe(true)
})

it('never shows the future, and keeps the length that was asked for while it can be drawn', () => {
  const moment = fc.integer({ min: now - 800 * 24 * hour, max: now + 100 * 24 * hour })
  fc.assert(
    fc.property(moment, fc.integer({ min: 1, max: 900 * 24 * hour }), (from, length) => {
      const [start, end] = shown(zoomTo(from, from + length, now))
      expect(end).toBeLessThanOrEqual(now)
      expect(end - start).toBeGreaterThanOrEqual(2000)
      if (length >= 2000 && length <= 730 * 24 * hour) expect(Math.abs(end - start - length)).toBeLessThanOrEqual(1)
    }),
  )
})

it('comes back to the edge by panning there, with the length it had', () => {
  const away = zoomTo(...panned([now - hour, now], -0.5), now)
  expect(shown(away)).toEqual([now - 1.5 * hour, now - 0.5 * hour])
  expect(zoomTo(...panned(shown(away), 0.5), now)).toEqual({ lengthMs: hour })
})

it('zooms around a moment that stays where it is', () => {
  expect(scaled([0, 100], 0.5, 20)).toEqual([10, 60])
  expect(scaled([10, 60], 2, 20)).toEqual([0, 100])
})
