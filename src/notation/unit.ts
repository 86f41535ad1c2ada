/** How units are written for people. */

/**
 * SenML symbol on the wire (RFC 8428 §12.1, RFC 8798) → the sign people know, and the decimals worth showing; fewer of a
 * large number, unless they are what is read (a meter, a position, air pressure). A symbol that is not here is shown as
 * it came.
 */
const units: Record<string, readonly [sign: string, decimals: number, always?: 'always']> = {
  Cel: ['°C', 1],
  K: ['K', 1],
  '%RH': ['%', 1],
  '%EL': ['%', 0],
  '/100': ['%', 1],
  '/': ['', 2],
  ppm: ['ppm', 0],
  ppb: ['ppb', 0],
  'ug/m3': ['µg/m³', 1],
  'g/m3': ['g/m³', 1],
  hPa: ['hPa', 1, 'always'],
  m: ['m', 2],
  mm: ['mm', 1],
  m2: ['m²', 2],
  m3: ['m³', 3, 'always'],
  'm3/h': ['m³/h', 2],
  'mm/h': ['mm/h', 1],
  'm/s': ['m/s', 1],
  'm/s2': ['m/s²', 2],
  deg: ['°', 0],
  'deg/s': ['°/s', 1],
  lat: ['°', 5, 'always'],
  lon: ['°', 5, 'always'],
  V: ['V', 2],
  A: ['A', 2],
  Ah: ['Ah', 2],
  W: ['W', 1],
  VA: ['VA', 1],
  var: ['var', 1],
  kWh: ['kWh', 2, 'always'],
  kvarh: ['kvarh', 2, 'always'],
  Hz: ['Hz', 2],
  Ohm: ['Ω', 0],
  lx: ['lx', 0],
  'W/m2': ['W/m²', 0],
  dBm: ['dBm', 0],
  dB: ['dB', 1],
  dBA: ['dB(A)', 1],
  s: ['s', 0],
  count: ['', 0],
  kg: ['kg', 2],
  'uS/cm': ['µS/cm', 0],
  mired: ['mired', 0],
  pH: ['pH', 2],
  '1/min': ['rpm', 0],
  'uSv/h': ['µSv/h', 2],
}

/** Digits of a number that are worth reading: 1,346 W and 230.1 V, not 1,345.62 W and 230.12 V. */
const digitsMax = 4

export const knownUnits: ReadonlySet<string> = new Set(Object.keys(units))

/** The sign of a SenML unit, empty for none. */
export function unitSign(unit: string | null): string {
  return unit === null ? '' : (units[unit]?.[0] ?? unit)
}

/** Decimals worth showing of a number of this size; undefined for a unit that is not known. */
export function decimalsOf(unit: string | null, size = 0): number | undefined {
  const [, decimals, always] = units[unit ?? ''] ?? []
  if (decimals === undefined || always || size < 1) return decimals
  const digitsBefore = Math.floor(Math.log10(size)) + 1
  return Math.max(0, Math.min(decimals, digitsMax - digitsBefore))
}

/** The smallest step of a number that is shown. */
export function leastStep(unit: string | null): number {
  return 10 ** -(decimalsOf(unit) ?? 1)
}
