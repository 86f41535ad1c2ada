import { describe, expect, it } from 'vitest'
import { ruuviFormats } from '../../../src/decode/protocols/ruuvi-formats.ts'

/** The test vectors that the maker publishes with each format. */
const read = (hex: string) => {
  const bytes = Buffer.from(hex, 'hex')
  const format = ruuviFormats.get(bytes[0]!)!
  expect(bytes.length).toBeGreaterThanOrEqual(format.length)
  return format.read(bytes)
}

describe('data format 3', () => {
  it('reads temperature as sign and magnitude', () => {
    expect(read('03291A1ECE1EFC18F94202CA0B53')).toMatchObject({ temperature: 26.3, humidity: 20.5, voltage: 2.899 })
    expect(read('0300FF6300008001800180010000')).toMatchObject({
      temperature: -127.99,
      pressure: 50_000,
      accelX: -32.767,
    })
    expect(read('03008145C87D0000000000000000').temperature).toBeCloseTo(-1.69)
  })
})

describe('data format 5', () => {
  it('reads the valid vector', () => {
    expect(read('0512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F')).toEqual({
      temperature: 24.3,
      humidity: 53.49,
      pressure: 100_044,
      accelX: 0.004,
      accelY: -0.004,
      accelZ: 1.036,
      voltage: 2.977,
      txPower: 4,
      movementCounter: 66,
      measurementSequenceNumber: 205,
    })
  })

  it('gives null for everything that is marked as not available', () => {
    const values = Object.values(read('058000FFFFFFFF800080008000FFFFFFFFFFFFFFFFFFFFFF'))
    expect(values.every((value) => value === null)).toBe(true)
  })
})

describe('data format 6', () => {
  it('reads the valid vector', () => {
    expect(read('06170C5668C79E007000C90501D9FFCD004C884F')).toEqual({
      temperature: 29.5,
      humidity: 55.3,
      pressure: 101_102,
      'PM2.5': 11.2,
      CO2: 201,
      VOC: 10,
      NOx: 2,
      luminosity: 13_026.67,
      measurementSequenceNumber: 205,
    })
  })

  it('takes the ninth bits of the indexes from the flags', () => {
    expect(read('06170C5668C79E007000C90501D9FFCDC04C884F')).toMatchObject({ VOC: 11, NOx: 3 })
  })
})

describe('data format E1', () => {
  it('reads the valid vector', () => {
    expect(read(`E1170C5668C79E0065007004BD11CA00C90A0213E0ACFFFFFFDECDEE10FFFFFFFFFFCBB8334C884F`)).toMatchObject({
      temperature: 29.5,
      'PM1.0': 10.1,
      'PM2.5': 11.2,
      'PM4.0': 121.3,
      'PM10.0': 455.4,
      CO2: 201,
      VOC: 20,
      NOx: 4,
      luminosity: 13_027,
      measurementSequenceNumber: 14_601_710,
    })
  })
})
