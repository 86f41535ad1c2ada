import { expect, it } from 'vitest'
import { findMetric, metricNames } from '../../src/metrics.ts'
import { numberText, quantity } from '../../src/notation/quantity.ts'
import { knownUnits } from '../../src/notation/unit.ts'

/** As the machine's locale writes it. */
const written = (value: number, decimals: number) =>
  value.toLocaleString(undefined, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })

const shown = (value: number | boolean | string, unit: string | null, metric = 'x') => {
  const { text, unit: sign } = quantity(value, unit, metric)
  return `${text} ${sign}`.trim()
}

it('shows the signs people know instead of SenML symbols', () => {
  expect(shown(21.5, 'Cel')).toBe(`${written(21.5, 1)} °C`)
  expect(shown(46, '%RH')).toBe(`${written(46, 1)} %`)
  expect(shown(93, '%EL')).toBe('93 %')
  expect(shown(7.42, 'ug/m3')).toBe(`${written(7.4, 1)} µg/m³`)
  expect(shown(3, 'count')).toBe('3')
})

it('shows a unit it does not know as it came', () => {
  expect(shown(3, 'furlong')).toBe('3 furlong')
  expect(shown(2.5, null)).toBe(written(2.5, 1))
})

it('keeps the decimals that matter', () => {
  expect(numberText(1013.24, 'hPa')).toBe(written(1013.2, 1))
  expect(numberText(2345.6, 'W')).toBe(written(2346, 0))
  expect(numberText(230.12, 'V')).toBe(written(230.1, 1))
  expect(numberText(12_345.678, 'kWh')).toBe(written(12_345.68, 2))
  expect(numberText(0.003, 'V')).toBe(written(0.003, 3))
  expect(numberText(0, 'V')).toBe(written(0, 2))
  expect(numberText(-4.25, 'Cel')).toBe(written(-4.3, 1))
})

it('says in words what true means for a metric', () => {
  expect(shown(true, null, 'contact')).toBe('closed')
  expect(shown(false, null, 'water_leak')).toBe('dry')
  expect(shown(true, null, 'state')).toBe('on')
})

it('turns long times into days and hours', () => {
  expect(shown(345_670, 's', 'uptime')).toBe('4 d 0 h')
  expect(shown(5400, 's', 'time_to_go')).toBe('1 h 30 min')
})

it('has a sign for every unit of a known metric', () => {
  const metrics = [...metricNames()].map((name) => findMetric(name)!)
  const missing = metrics.map(({ unit }) => unit).filter((unit) => unit !== null && !knownUnits.has(unit))
  expect(metrics.length).toBeGreaterThan(50)
  expect(missing).toEqual([])
})
