import type { Value } from '../src/reading.ts'

/** What a person reads: the number or word, and the unit beside it (empty where there is none). */
export interface Quantity {
  readonly text: string
  readonly unit: string
}

/**
 * SenML symbol on the wire (RFC 8428 §12.1, RFC 8798) → the sign people know, and the decimals worth showing. A symbol
 * that is not here is shown as it came.
 */
const units: Record<string, readonly [sign: string, decimals: number]> = {
  Cel: ['°C', 1],
  K: ['K', 1],
  '%RH': ['%', 1],
  '%EL': ['%', 0],
  '%': ['%', 1],
  '/': ['', 2],
  hPa: ['hPa', 1],
  Pa: ['Pa', 0],
  V: ['V', 2],
  mV: ['mV', 0],
  A: ['A', 2],
  mA: ['mA', 0],
  W: ['W', 1],
  kW: ['kW', 2],
  VA: ['VA', 1],
  var: ['var', 1],
  Wh: ['Wh', 0],
  kWh: ['kWh', 2],
  Ah: ['Ah', 2],
  lx: ['lx', 0],
  ppm: ['ppm', 0],
  ppb: ['ppb', 0],
  'ug/m3': ['µg/m³', 1],
  m: ['m', 2],
  cm: ['cm', 1],
  mm: ['mm', 1],
  m2: ['m²', 2],
  m3: ['m³', 3],
  'm3/h': ['m³/h', 2],
  l: ['l', 1],
  'm/s': ['m/s', 1],
  'm/s2': ['m/s²', 2],
  'km/h': ['km/h', 1],
  deg: ['°', 0],
  lat: ['°', 5],
  lon: ['°', 5],
  dBm: ['dBm', 0],
  dB: ['dB', 1],
  dBA: ['dB(A)', 1],
  Hz: ['Hz', 2],
  count: ['', 0],
  ms: ['ms', 0],
  kg: ['kg', 2],
  g: ['g', 1],
  'W/m2': ['W/m²', 0],
  'Bq/m3': ['Bq/m³', 0],
  'uS/cm': ['µS/cm', 0],
  pH: ['pH', 2],
  mired: ['mired', 0],
}

/** Names that are not simply their words. */
const names: Record<string, string> = {
  co2: 'CO₂',
  co: 'CO',
  no2: 'NO₂',
  nox_index: 'NOₓ index',
  voc_index: 'VOC index',
  pm1: 'PM1',
  pm25: 'PM2.5',
  pm4: 'PM4',
  pm10: 'PM10',
  rssi: 'Signal',
  snr: 'SNR',
  linkquality: 'Link quality',
  hdop: 'HDOP',
  ph: 'pH',
  uv_index: 'UV index',
}

/** Words for true and false; `on` and `off` where nothing better is known. `contact` is true while closed (Zigbee2MQTT). */
const words: Record<string, readonly [yes: string, no: string]> = {
  contact: ['closed', 'open'],
  door: ['open', 'closed'],
  window: ['open', 'closed'],
  occupancy: ['occupied', 'clear'],
  presence: ['present', 'away'],
  motion: ['motion', 'still'],
  vibration: ['shaking', 'still'],
  water_leak: ['leak', 'dry'],
  smoke: ['smoke', 'clear'],
  gas: ['gas', 'clear'],
  tamper: ['tampered', 'untouched'],
  battery_low: ['low', 'good'],
  battery_ok: ['good', 'low'],
  running: ['running', 'stopped'],
  lock: ['unlocked', 'locked'],
  ok: ['yes', 'no'],
}

/** What a card shows first, the most telling first; the rest follows in the order of the names. */
const telling =
  `power contact water_leak smoke temperature co2 pm25 humidity water_temperature soil_moisture illuminance pressure energy level
  distance speed wind_speed rain gas_volume voltage current occupancy motion presence state`.split(/\s+/)

const numberFormats = new Map<string, Intl.NumberFormat>()

/** A value with its unit, in the reader's locale. */
export function quantity(value: Value, unit: string | null, metric: string): Quantity {
  if (typeof value === 'boolean') return { text: (words[metric] ?? ['on', 'off'])[value ? 0 : 1], unit: '' }
  if (typeof value === 'string') return { text: value, unit: '' }
  if (unit === 's' && Math.abs(value) >= 120) return { text: durationText(value), unit: '' }
  return { text: numberText(value, unit), unit: unitSign(unit) }
}

/** A number with the decimals its unit deserves: fewer where it is large, more where they alone tell it from 0. */
export function numberText(value: number, unit: string | null): string {
  const decimals = unit === null ? undefined : units[unit]?.[1]
  const size = Math.abs(value)
  if (decimals === undefined) return format('s5', { maximumSignificantDigits: 5 }).format(value)
  if (size > 0 && size < 0.5 * 10 ** -decimals) return format('s2', { maximumSignificantDigits: 2 }).format(value)
  // 1,345.6 W says nothing that 1,346 W does not; of air pressure the decimal is what moves.
  const shown = size >= 1000 && decimals === 1 && unit !== 'hPa' ? 0 : decimals
  const least = unit === '/' ? 0 : shown
  return format(`${least}-${shown}`, { minimumFractionDigits: least, maximumFractionDigits: shown }).format(value)
}

/** The smallest step of a number that is shown. */
export function leastStep(unit: string | null): number {
  return 10 ** -(units[unit ?? '']?.[1] ?? 1)
}

/** The sign of a SenML unit, empty for none. */
export function unitSign(unit: string | null): string {
  return unit === null ? '' : (units[unit]?.[0] ?? unit)
}

/** `living_room` → `Living room`, `pm25` → `PM2.5`. */
export function metricName(metric: string): string {
  return names[metric] ?? capital(metric.replaceAll('_', ' '))
}

/** Order of metrics on a card and in a device's view. */
export function compareMetrics(a: string, b: string): number {
  return rank(a) - rank(b) || a.localeCompare(b)
}

/** Which of the theme's line colours a metric takes, so that a temperature looks like one everywhere. */
export function hueOf(metric: string): string {
  if (/temp|heat|dew_point/.test(metric)) return 'warm'
  if (/humid|moist|water|rain|level|depth/.test(metric)) return 'water'
  if (/power|energy|voltage|current|charge|battery/.test(metric)) return 'power'
  if (/co2|^co$|pm\d|voc|nox|no2|particle|gas/.test(metric)) return 'air'
  if (/illum|lumin|light|bright|uv/.test(metric)) return 'light'
  return 'plain'
}

function rank(metric: string): number {
  const position = telling.indexOf(metric)
  return position === -1 ? telling.length : position
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function durationText(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24]
  if (days > 0) return `${days} d ${hours} h`
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`
}

function format(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  let found = numberFormats.get(key)
  if (!found) {
    found = new Intl.NumberFormat(undefined, options)
    numberFormats.set(key, found)
  }
  return found
}
