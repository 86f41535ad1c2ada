import type { Millis } from '../reading.ts'

/** How a device writes its time. `auto`: ISO 8601 text, or Unix seconds or milliseconds told apart by their size. */
export type TimeFormat = 'auto' | 'iso' | 's' | 'ms' | 'us' | 'ns'

/** Device times further ahead than this are wrong: clocks drift, but no reading comes from the future. */
const aheadMax: Millis = 5 * 60_000

/** Device times further back are not believed: a buffer that old is rarer than a clock that was never set. */
export const behindMax: Millis = 30 * 86_400_000

const year2000: Millis = Date.UTC(2000, 0, 1)

/** Upper ends by which Unix times tell their unit: seconds stay below 1e11 until the year 5138, milliseconds passed it in 1973. */
const sizes: readonly (readonly [below: number, format: TimeFormat])[] = [
  [1e11, 's'],
  [1e14, 'ms'],
  [1e17, 'us'],
  [Infinity, 'ns'],
]

/**
 * The time a device gives, in ms; `invalid` when it is nonsense or lies outside of the window around `receivedAt`;
 * undefined when there is none to be used: absent, or a wall clock without a zone.
 */
export function judgeTime(raw: unknown, format: TimeFormat, receivedAt: Millis): Millis | 'invalid' | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined
  const time = parseTime(raw, format)
  if (time === undefined) return 'invalid'
  if (time.zone) return isSane(time.at, receivedAt) ? time.at : 'invalid'
  return time.at < year2000 ? 'invalid' : undefined
}

/** Whether a device's time lies close enough to the time of arrival to be believed. */
export function isSane(time: Millis, receivedAt: Millis): boolean {
  return time <= receivedAt + aheadMax && time >= receivedAt - behindMax
}

function parseTime(raw: unknown, format: TimeFormat): { at: Millis; zone: boolean } | undefined {
  if (typeof raw === 'number') return fromNumber(raw, format)
  if (typeof raw !== 'string') return undefined
  if (unixText.test(raw)) {
    // Nanoseconds exceed 2^53: the digits below a millisecond are cut off as text.
    if (format === 'ns' || (format === 'auto' && raw.length === 19)) return fromNumber(Number(raw.slice(0, -6)), 'ms')
    if (format === 'us' || (format === 'auto' && raw.length === 16)) return fromNumber(Number(raw.slice(0, -3)), 'ms')
    return fromNumber(Number(raw), format)
  }
  return format === 'auto' || format === 'iso' ? fromIso(raw) : undefined
}

function fromNumber(raw: number, format: TimeFormat): { at: Millis; zone: boolean } | undefined {
  if (!Number.isFinite(raw) || raw < 0) return undefined
  const unit = format === 'auto' || format === 'iso' ? sizes.find(([below]) => raw < below)![1] : format
  return { at: Math.round(raw * inMs[unit]), zone: true }
}

const inMs: Record<TimeFormat, number> = { s: 1e3, ms: 1, us: 1e-3, ns: 1e-6, auto: 1, iso: 1 }
const unixText = /^\d+(\.\d+)?$/

/** RFC 3339, and the same without a zone, with a space for the `T`, or with a zone written `+0200`. Fractions are cut to ms. */
const isoText = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|z|UTC|[+-]\d\d:?(?:\d\d)?)?$/

function fromIso(text: string): { at: Millis; zone: boolean } | undefined {
  // A time is at most 35 characters long; a longer text is something else.
  const match = text.length <= 40 ? isoText.exec(text) : null
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const ms = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'))
  const at = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +(second ?? 0), ms)
  const date = new Date(at)
  // Date.UTC lets the 31st of February be the 3rd of March.
  if (date.getUTCMonth() !== +month! - 1 || date.getUTCDate() !== +day! || +hour! > 23 || +minute! > 59)
    return undefined
  return { at: at - offsetOf(zone), zone: zone !== undefined }
}

function offsetOf(zone: string | undefined): Millis {
  if (zone === undefined || zone === 'Z' || zone === 'z' || zone === 'UTC') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0)
  return (zone[0] === '-' ? -minutes : minutes) * 60_000
}
