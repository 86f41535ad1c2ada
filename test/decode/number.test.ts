import { describe, expect, it } from 'vitest'
import { parseNumber } from '../../src/decode/number.ts'
import fc from '../setup/properties.ts'

describe('a number in text', () => {
  it.each([
    ['21.5', 21.5],
    ['-0.85', -0.85],
    ['+7', 7],
    ['2.15e1', 21.5],
    ['1E-3', 0.001],
    ['.5', 0.5],
    ['5.', 5],
    ['  42\r\n', 42],
    ['00123', 123],
  ])('is read from %j', (text, value) => {
    expect(parseNumber(text)).toBe(value)
  })

  it.each([
    ['0x1F', 'type_mismatch'],
    ['0b11', 'type_mismatch'],
    ['1,5', 'type_mismatch'],
    ['1_000', 'type_mismatch'],
    ['1 000', 'type_mismatch'],
    ['21.5abc', 'type_mismatch'],
    ['21.5 °C', 'type_mismatch'],
    ['1e', 'type_mismatch'],
    ['e5', 'type_mismatch'],
    ['.', 'type_mismatch'],
    ['-', 'no_value'],
    ['--5', 'type_mismatch'],
    ['true', 'type_mismatch'],
    ['', 'empty'],
    [' \n', 'empty'],
    ['1e999', 'not_finite'],
    ['nan', 'not_finite'],
    ['-Infinity', 'not_finite'],
    ['null', 'null_value'],
    ['Unavailable', 'no_value'],
    ['None', 'no_value'],
    ['Offline', 'no_value'],
    ['err', 'no_value'],
  ])('is not read from %j: %s', (text, reason) => {
    expect(parseNumber(text)).toBe(reason)
  })

  it('is every finite number that JavaScript prints', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseNumber(String(value))).toBe(value + 0 === 0 ? Number(String(value)) : value)
      }),
    )
  })

  it('is never anything but what the grammar says', () => {
    const grammar = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/
    const text = fc.string({ unit: fc.constantFrom(...'0123456789+-.eExX_, n'), maxLength: 8 })
    fc.assert(
      fc.property(text, (any) => {
        const value = parseNumber(any)
        expect(typeof value === 'number' || value === 'not_finite').toBe(grammar.test(any.trim()))
      }),
    )
  })
})
