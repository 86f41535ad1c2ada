import { describe, expect, it } from 'vitest'
import { findMetric } from '../../../src/metrics.ts'
import fc from '../../setup/properties.ts'
import { brief, Played, reasons } from './play.ts'

const topic = 'ruuvi/C0:FF:EE:00:00:01/D4:11:22:33:44:55'
const message = (data: string) => JSON.stringify({ gw_mac: 'C0:FF:EE:00:00:01', rssi: -60, data })
const decode = (data: string) => new Played().send(topic, message(data))

describe('an advertisement', () => {
  it('is read behind structures of other types', () => {
    expect(brief(decode('0201060303123411FF990403291A1ECE1EFC18F94202CA0B53'))).toContain('temperature 26.3 Cel')
  })

  it('that ends early is told so, and its strength is kept', () => {
    for (const data of ['AA', '0201061BFF9904051234', '0201061BFF9904']) {
      const decoded = decode(data)
      expect(brief(decoded)).toEqual(['rssi -60 dBm'])
      expect(reasons(decoded)).toEqual(['truncated data'])
    }
  })

  it('that is encrypted cannot be read', () => {
    expect(reasons(decode(`1BFF990408${'00'.repeat(23)}`))).toEqual(['unsupported_feature data'])
  })

  it('of another maker makes no device, even when it ends early', () => {
    for (const data of ['02011A0AFF4C001005031C6E2F41', '1EFF06000109202212', '020106', '0303AAFE']) {
      const decoded = decode(data)
      expect(decoded.readings).toEqual([])
      expect(decoded.events).toEqual([])
      expect(reasons(decoded)).toEqual(['ignored_device data'])
    }
  })

  it('of whatever bytes never makes a value outside of its range', () => {
    const format = fc.constantFrom(0x03, 0x05, 0x06, 0xe1, 0x08)
    fc.assert(
      fc.property(format, fc.uint8Array({ maxLength: 60 }), fc.nat(255), (first, rest, length) => {
        const bytes = Buffer.from([length, 0xff, 0x99, 0x04, first, ...rest])
        for (const { metric, value } of decode(bytes.toString('hex')).readings) {
          const { min, max } = findMetric(metric)!
          expect(value).toBeGreaterThanOrEqual(min)
          expect(value).toBeLessThanOrEqual(max)
        }
      }),
      { numRuns: 300 },
    )
  })
})
