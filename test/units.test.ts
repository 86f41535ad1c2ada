import { describe, expect, it } from 'vitest'
import { findMetric, metricNames } from '../src/metrics.ts'
import { conversion, convert, findUnit } from '../src/units.ts'
import fc from './setup/properties.ts'

const known: [value: number, from: string, to: string, result: number][] = [
  [78.8, '°F', 'Cel', 26],
  [-40, 'F', 'Cel', -40],
  [300, 'K', 'Cel', 26.85],
  [12345, 'W·min', 'kWh', 0.20575],
  [1, 'GJ', 'kWh', 277.777777778],
  [34.5, 'psi', 'hPa', 2378.691266085],
  [1.01325, 'bar', 'hPa', 1013.25],
  [5.85, 'kn', 'm/s', 3.0095],
  [10, 'km/h', 'm/s', 2.777777778],
  [42.6, 'cm', 'm', 0.426],
  [1.02, 'g', 'm/s2', 10.002783],
  [3015, 'mV', 'V', 3.015],
  [83.9, '%', '%EL', 83.9],
  [45, '%', '/', 0.45],
  [2, 'min', 's', 120],
  [630_000, 'cm2', 'm2', 63],
]

describe('units', () => {
  it.each(known)('turns %d %s into %s', (value, from, to, result) => {
    expect(convert(value, from, to)).toBeCloseTo(result, 9)
  })

  it.each(known)('turns %d %s into %s and back', (value, from, to) => {
    const there = conversion(from, to)!
    const symbol = findUnit(from, to)!.symbol
    const back = conversion(to, symbol)!
    expect((value * there.factor + there.offset) * back.factor + back.offset).toBeCloseTo(value, 6)
  })

  it('reads an ambiguous spelling by the quantity that is meant', () => {
    expect(findUnit('%', '%RH')?.symbol).toBe('%RH')
    expect(findUnit('%', '%EL')?.symbol).toBe('%EL')
    expect(findUnit('C', 'Cel')?.symbol).toBe('Cel')
    expect(findUnit('C', 'Ah')?.symbol).toBe('C')
    expect(findUnit('m', 's')?.symbol).toBe('min')
  })

  it('does not guess a spelling that could mean several', () => {
    expect(findUnit('°')).toBeUndefined()
    expect(findUnit('furlong')).toBeUndefined()
  })

  it('refuses to turn one quantity into another', () => {
    expect(convert(1, 'kWh', 'W')).toBeUndefined()
    expect(convert(1, 'hPa', 'Cel')).toBeUndefined()
  })

  it('keeps whole and decimal numbers free of the noise of binary fractions', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999, max: 99_999 }), (tenths) => {
        expect(convert(tenths, 'mV', 'V')).toBe(tenths / 1000)
      }),
    )
  })
})

describe('metrics', () => {
  it('have canonical units that are known, and convert them to themselves', () => {
    for (const name of metricNames()) {
      const { unit, type } = findMetric(name)!
      if (type !== 'number') expect(unit, name).toBeNull()
      else expect(conversion(unit!, unit!), name).toEqual({ factor: 1, offset: 0 })
      if (unit !== null) expect(findUnit(unit, unit)?.symbol, name).toBe(unit)
    }
  })

  it('have names in snake_case and ranges that are not empty', () => {
    for (const name of metricNames()) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
      const { min, max, type } = findMetric(name)!
      if (type === 'number') expect(max, name).toBeGreaterThan(min)
    }
  })
})
