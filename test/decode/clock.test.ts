import { describe, expect, it } from 'vitest'
import { judgeTime } from '../../src/decode/clock.ts'

const received = Date.parse('2026-01-15T12:00:00Z')
const judge = (raw: unknown, format: Parameters<typeof judgeTime>[1] = 'auto') => judgeTime(raw, format, received)
const at = (iso: string) => Date.parse(iso)

describe("a device's time", () => {
  it.each([
    ['2026-01-15T11:59:50Z', '2026-01-15T11:59:50Z'],
    ['2026-01-15T12:59:50.123456789+01:00', '2026-01-15T11:59:50.123Z'],
    ['2026-01-15 06:59:50-0500', '2026-01-15T11:59:50Z'],
    [1_768_478_390, '2026-01-15T11:59:50Z'],
    [1_768_478_390.25, '2026-01-15T11:59:50.250Z'],
    [1_768_478_390_000, '2026-01-15T11:59:50Z'],
    ['1768478390', '2026-01-15T11:59:50Z'],
    ['1768478390123456789', '2026-01-15T11:59:50.123Z'],
  ])('is taken from %j', (raw, iso) => {
    expect(judge(raw)).toBe(at(iso))
  })

  it.each(['2026-01-15T11:59:50', '2026-01-15 13:00', '2019-11-03T19:34:28'])(
    'is left alone without a zone: %s',
    (raw) => {
      expect(judge(raw)).toBeUndefined()
    },
  )

  it.each([
    42,
    0,
    '1970-01-01T00:00:12',
    '1970-01-01T00:00:12Z',
    144_995_643,
    '2026-01-15T12:05:01Z',
    '2025-12-16T11:59:59Z',
    '2026-02-31T10:00:00Z',
    '2018.02.01 21:29:40',
    '@1.572864s',
    'yesterday',
    -5,
    {},
    true,
    Number.NaN,
  ])('is invalid as %j', (raw) => {
    expect(judge(raw)).toBe('invalid')
  })

  it('may be five minutes ahead and thirty days behind', () => {
    expect(judge('2026-01-15T12:05:00Z')).toBe(at('2026-01-15T12:05:00Z'))
    expect(judge('2025-12-16T12:00:00Z')).toBe(at('2025-12-16T12:00:00Z'))
  })

  it.each([undefined, null, ''])('is absent as %j', (raw) => {
    expect(judge(raw)).toBeUndefined()
  })

  it('is read in the unit that the profile says', () => {
    expect(judge(1_768_478_390, 's')).toBe(at('2026-01-15T11:59:50Z'))
    expect(judge(1_768_478_390, 'ms')).toBe('invalid')
    expect(judge('1768478390', 'iso')).toBe(at('2026-01-15T11:59:50Z'))
  })
})
