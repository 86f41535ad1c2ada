import { describe, expect, it } from 'vitest'
import { toReadings } from '../../src/log/columns.ts'
import { Ring } from '../../src/log/ring.ts'
import { SeriesTable } from '../../src/log/series-table.ts'
import type { Reading } from '../../src/reading.ts'
import fc from '../setup/properties.ts'
import { reading, readings } from './sample.ts'

describe('the ring', () => {
  it('holds what is not on disk, and the newest, whatever comes and goes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2500 }), fc.double({ min: 0, max: 1, noNaN: true })), {
          maxLength: 8,
        }),
        (size, head, steps) => {
          const ring = new Ring(new SeriesTable(), size, head)
          const given: Reading[] = []
          let committed = head
          for (const [count, share] of steps) {
            for (const one of mixed(given.length, count)) {
              given.push(one)
              ring.push(one)
            }
            committed += Math.floor(share * (ring.head - committed))
            ring.release(committed)
            expect(ring.head).toBe(head + given.length)
            expect(ring.first).toBe(Math.max(head + 1, Math.min(committed, ring.head - size) + 1))
            const held = given.slice(ring.first - head - 1).map((one, i) => ({ ...one, seq: ring.first + i }))
            expect(ring.read(ring.first, ring.head, null, Number.POSITIVE_INFINITY)).toEqual({
              readings: held,
              next: ring.head,
            })
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('copies a stretch that goes round its end', () => {
    const series = new SeriesTable()
    const ring = new Ring(series, 1024, 0)
    const given = mixed(0, 1500)
    for (const [i, one] of given.entries()) {
      ring.push(one)
      ring.release(i + 1)
    }
    const { first, ...columns } = ring.copy(1000, 1400)
    const seq = Float64Array.from({ length: 401 }, (_, i) => first + i)
    const expected = given.slice(999, 1400).map((one, i) => ({ ...one, seq: 1000 + i }))
    expect(toReadings({ ...columns, seq }, series.seriesOf)).toEqual(expected)
  })

  it('lets long texts go early, but not before they are on disk', () => {
    const ring = new Ring(new SeriesTable(), 1024, 0)
    const long = 'x'.repeat(1024 * 1024)
    for (let i = 0; i < 12; i++) ring.push(reading({ value: long, unit: null }))
    ring.release(0)
    expect(ring.first).toBe(1)
    ring.release(2)
    expect(ring.first).toBe(3)
    ring.release(12)
    expect(ring.first).toBe(5)
    expect(ring.textLength).toBe(8 * 1024 * 1024)
  })

  it('is small again after a disk was away', () => {
    const ring = new Ring(new SeriesTable(), 1000, 0)
    for (const one of readings(10_000)) ring.push(one)
    ring.release(9000)
    for (const one of readings(10)) ring.push(one)
    ring.release(10_010)
    expect(ring.first).toBe(9011)
    expect(ring.at(9011)).toMatchObject({ seq: 9011, value: 9010 / 4 })
  })
})

function mixed(from: number, count: number): Reading[] {
  return readings(count).map((one, i) => {
    const n = from + i
    if (n % 5 === 0) return { ...one, value: `text ${n}` }
    return n % 7 === 0 ? { ...one, value: n % 2 === 0, quality: 'stale' } : one
  })
}
