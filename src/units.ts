/** Units and their conversions. A symbol is the IANA SenML one (RFC 8428 §12.1, RFC 8798) where the registry has it. */

/** `canonical = raw * factor + offset`. */
export interface Conversion {
  readonly factor: number
  readonly offset: number
}

/** A unit of one physical quantity: `value in the quantity's base unit = value * factor + offset`. */
export interface Unit extends Conversion {
  readonly symbol: string
  readonly quantity: string
}

/**
 * The unit written as `text`, by symbol or alias. Many aliases are ambiguous (`%`, `C`, `m`), so the symbol `like` says
 * which quantity is meant; without it only spellings of one quantity are understood.
 */
export function findUnit(text: string, like?: string): Unit | undefined {
  const spelling = text.trim()
  if (like !== undefined) {
    const quantity = units.get(like)?.quantity
    return quantity === undefined ? undefined : byQuantity.get(`${quantity} ${spelling}`)
  }
  return units.get(spelling) ?? unambiguous.get(spelling) ?? undefined
}

/** The symbol in which a quantity is kept whose metric nobody knows: the first unit of it; undefined for an unknown unit. */
export function baseUnit(text: string): string | undefined {
  const quantity = findUnit(text)?.quantity
  return quantity === undefined ? undefined : quantities[quantity]![0]![0]
}

/** How to get from the unit written as `from` to the symbol `to`; undefined where they are of different quantities. */
export function conversion(from: string, to: string): Conversion | undefined {
  const target = units.get(to)
  if (from === to) return identity
  const source = findUnit(from, to)
  if (!source || !target) return undefined
  if (source === target) return identity
  return { factor: source.factor / target.factor, offset: (source.offset - target.offset) / target.factor }
}

/** The value in the unit `to`, free of the noise of binary fractions; undefined where the units do not fit. */
export function convert(value: number, from: string, to: string): number | undefined {
  const { factor, offset } = conversion(from, to) ?? {}
  return factor === undefined ? undefined : tidy(value * factor + offset!)
}

/**
 * Rounds at 1e-9, far below what any sensor resolves, so that 0.1 + 0.2 stays 0.3. Larger values keep every digit: there
 * the noise is below 1e-9 of the value anyway.
 */
export function tidy(value: number): number {
  return value < 1e6 && value > -1e6 ? Math.round(value * 1e9) / 1e9 : value
}

const identity: Conversion = { factor: 1, offset: 0 }

/** Symbol, factor and offset to the first unit of its quantity, then other spellings. */
type UnitRow = readonly [symbol: string, factor: number, offset: number, ...aliases: string[]]

const quantities: Record<string, readonly UnitRow[]> = {
  temperature: [
    ['Cel', 1, 0, '°C', '℃', 'C', 'degC', 'deg C', 'ºC', 'celsius', '° C', '°'],
    ['K', 1, -273.15, 'kelvin', '°K'],
    ['°F', 5 / 9, -160 / 9, 'F', '℉', 'degF', 'deg F', 'ºF', 'fahrenheit'],
  ],
  humidity: [['%RH', 1, 0, '%', 'percent', '%rh', '% RH', 'pct', 'P']],
  charge_level: [['%EL', 1, 0, '%', 'percent', 'pct']],
  ratio: [
    ['/', 1, 0, '1', '', 'index', 'lqi', 'none'],
    ['/100', 0.01, 0, '%', 'percent', 'pct'],
    ['/1000', 0.001, 0, '‰', 'permille'],
  ],
  concentration: [
    ['ppm', 1, 0],
    ['ppb', 0.001, 0],
  ],
  mass_concentration: [
    ['ug/m3', 1, 0, 'µg/m³', 'μg/m³', 'ug/m³', 'µg/m3', 'μg/m3', 'ugm3'],
    ['mg/m3', 1000, 0, 'mg/m³'],
    ['g/m3', 1e6, 0, 'g/m³'],
  ],
  pressure: [
    ['hPa', 1, 0, 'mbar', 'mb', 'hpa', 'millibar'],
    ['Pa', 0.01, 0, 'pa', 'pascal'],
    ['kPa', 10, 0, 'kpa'],
    ['bar', 1000, 0, 'B', 'Bar'],
    ['mmHg', 1.333223874, 0, 'mm', 'mm Hg'],
    ['inHg', 33.86388667, 0, 'in', 'I', 'in Hg'],
    ['psi', 68.94757293, 0, 'PSI'],
  ],
  length: [
    ['m', 1, 0, 'M', 'meter', 'metre', 'meters'],
    ['mm', 0.001, 0, 'millimeter'],
    ['cm', 0.01, 0, 'centimeter'],
    ['km', 1000, 0],
    ['nmi', 1852, 0, 'NM', 'nautical miles'],
    ['in', 0.0254, 0, 'inch', '"'],
    ['ft', 0.3048, 0, 'f', 'feet', 'foot'],
    ['mi', 1609.344, 0, 'mile', 'miles'],
  ],
  speed: [
    ['m/s', 1, 0, 'M', 'mps', 'm s-1'],
    ['km/h', 1 / 3.6, 0, 'K', 'kmh', 'kph', 'km/hr'],
    ['kn', 1852 / 3600, 0, 'N', 'knots', 'kt', 'kts', 'knot'],
    ['mph', 0.44704, 0, 'mi/h'],
    ['ft/s', 0.3048, 0],
    ['m/h', 1 / 3600, 0],
  ],
  precipitation_rate: [
    ['mm/h', 1, 0, 'mm/hr'],
    ['in/h', 25.4, 0, 'in/hr'],
  ],
  acceleration: [
    ['m/s2', 1, 0, 'm/s²'],
    ['g', 9.80665, 0, 'G', 'gee'],
    ['mg', 0.00980665, 0],
  ],
  angle: [
    ['deg', 1, 0, '°', 'degree', 'degrees', 'T'],
    ['rad', 180 / Math.PI, 0],
  ],
  angular_speed: [
    ['deg/s', 1, 0, '°/s', 'dps'],
    ['deg/min', 1 / 60, 0, '°/min'],
    ['rad/s', 180 / Math.PI, 0],
  ],
  latitude: [['lat', 1, 0, 'deg', '°']],
  longitude: [['lon', 1, 0, 'deg', '°']],
  voltage: [
    ['V', 1, 0, 'volt', 'volts', 'v', 'VAC', 'VDC'],
    ['mV', 0.001, 0, 'mv', 'millivolt'],
    ['kV', 1000, 0],
  ],
  current: [
    ['A', 1, 0, 'amp', 'ampere', 'amps', 'a'],
    ['mA', 0.001, 0, 'ma'],
  ],
  charge: [
    ['Ah', 1, 0, 'A·h'],
    ['mAh', 0.001, 0],
    ['C', 1 / 3600, 0, 'coulomb'],
  ],
  power: [
    ['W', 1, 0, 'watt', 'watts', 'w'],
    ['mW', 0.001, 0],
    ['kW', 1000, 0, 'kw'],
    ['MW', 1e6, 0],
  ],
  apparent_power: [
    ['VA', 1, 0],
    ['kVA', 1000, 0],
  ],
  reactive_power: [
    ['var', 1, 0, 'VAr', 'VAR', 'Var'],
    ['kvar', 1000, 0, 'kVAr', 'kVAR'],
  ],
  energy: [
    ['kWh', 1, 0, 'kW·h', 'kwh', 'KWh', 'KWH', 'kW h'],
    ['Wh', 0.001, 0, 'W·h', 'wh'],
    ['MWh', 1000, 0],
    ['W·min', 1 / 60_000, 0, 'Wmin', 'Wm'],
    ['J', 1 / 3_600_000, 0, 'Ws', 'W·s'],
    ['MJ', 1 / 3.6, 0],
    ['GJ', 1000 / 3.6, 0],
  ],
  reactive_energy: [
    ['kvarh', 1, 0, 'kVArh', 'kVARh'],
    ['varh', 0.001, 0, 'VArh'],
    ['vars', 1 / 3_600_000, 0],
  ],
  frequency: [
    ['Hz', 1, 0, 'hz', 'hertz'],
    ['kHz', 1000, 0],
    ['MHz', 1e6, 0],
  ],
  illuminance: [['lx', 1, 0, 'lux', 'Lux', 'lm/m²']],
  irradiance: [['W/m2', 1, 0, 'W/m²', 'w/m2']],
  irradiation: [['mW/cm2', 1, 0, 'mW/cm²']],
  signal: [
    ['dBm', 1, 0, 'dbm'],
    ['dBW', 1, 30],
  ],
  level: [['dB', 1, 0, 'db']],
  loudness: [['dBA', 1, 0, 'dB(A)', 'dBa', 'dB', 'db']],
  time: [
    ['s', 1, 0, 'sec', 'second', 'seconds'],
    ['ms', 0.001, 0, 'millisecond', 'milliseconds'],
    ['min', 60, 0, 'm', 'minute', 'minutes'],
    ['h', 3600, 0, 'hour', 'hours', 'hr'],
    ['d', 86_400, 0, 'day', 'days'],
  ],
  count: [['count', 1, 0, '', '1', 'counts', 'pcs', '#', 'particles', '/0.1L']],
  area: [
    ['m2', 1, 0, 'm²'],
    ['cm2', 0.0001, 0, 'cm²'],
  ],
  volume: [
    ['m3', 1, 0, 'm³'],
    ['l', 0.001, 0, 'L', 'litre', 'liter'],
    ['ft3', 0.028316846592, 0, 'ft³'],
    ['gal', 0.003785411784, 0, 'gallon'],
  ],
  flow: [
    ['m3/h', 1, 0, 'm³/h'],
    ['l/min', 0.06, 0, 'L/min', 'l/m'],
    ['l/h', 0.001, 0, 'L/h'],
    ['l/s', 3.6, 0, 'L/s'],
    ['m3/s', 3600, 0, 'm³/s'],
    ['l/s', 3.6, 0, 'L/s'],
  ],
  mass: [
    ['kg', 1, 0],
    ['g', 0.001, 0],
    ['lb', 0.45359237, 0, 'lbs'],
  ],
  conductivity: [
    ['uS/cm', 1, 0, 'µS/cm', 'μS/cm'],
    ['mS/cm', 1000, 0],
    ['S/m', 10_000, 0],
  ],
  resistance: [
    ['Ohm', 1, 0, 'Ω', 'ohm', 'ohms'],
    ['kOhm', 1000, 0, 'kΩ', 'kohm'],
  ],
  colour_temperature: [['mired', 1, 0, 'mireds', 'mrd']],
  acidity: [['pH', 1, 0, 'ph']],
  rotation: [['1/min', 1, 0, 'rpm', 'RPM']],
  data: [
    ['B', 1, 0, 'bytes', 'byte'],
    ['KiB', 1024, 0, 'kB', 'KB'],
    ['MiB', 1_048_576, 0, 'MB'],
    ['GB', 1e9, 0],
    ['bit', 0.125, 0],
  ],
  data_rate: [
    ['bit/s', 1, 0, 'bps', 'baud'],
    ['B/s', 8, 0],
    ['MB/s', 8e6, 0],
    ['Mbit/s', 1e6, 0, 'Mbps'],
  ],
  dose_rate: [['uSv/h', 1, 0, 'µSv/h', 'μSv/h']],
  count_rate: [['count/min', 1, 0, 'cpm', 'CPM']],
  // Further units of the SenML registry, for quantities that have no metric of their own.
  apparent_energy: [
    ['kVAh', 1, 0],
    ['VAs', 1 / 3_600_000, 0],
  ],
  luminous_flux: [['lm', 1, 0, 'lumen']],
  luminous_intensity: [
    ['cd', 1, 0],
    ['ct', 1, 0],
  ],
  luminance: [['cd/m2', 1, 0, 'cd/m²']],
  conductance: [['S', 1, 0, 'siemens']],
  activity: [['Bq', 1, 0]],
  amount: [['mol', 1, 0]],
  solid_angle: [['sr', 1, 0]],
  magnetic_flux: [['Wb', 1, 0]],
  magnetic_flux_density: [['T', 1, 0]],
  absorbed_dose: [['Gy', 1, 0]],
  equivalent_dose: [['Sv', 1, 0]],
  catalytic_activity: [['kat', 1, 0]],
  sound_pressure: [['Bspl', 1, 0]],
  event_rate: [['1/s', 1, 0]],
  radon: [
    ['Bq/m3', 1, 0, 'Bq/m³'],
    ['pCi/L', 37, 0],
  ],
  density: [['kg/m3', 1, 0, 'kg/m³']],
  turbidity: [['NTU', 1, 0]],
  heart_rate: [['beat/min', 1, 0]],
  remaining_energy: [['EL', 1, 0]],
  energy_per_length: [
    ['Wh/km', 1, 0],
    ['J/m', 1 / 3.6, 0],
  ],
}

const units = new Map<string, Unit>()
const byQuantity = new Map<string, Unit>()
/** Null marks a spelling that more than one quantity uses. */
const unambiguous = new Map<string, Unit | null>()
for (const [quantity, rows] of Object.entries(quantities)) {
  for (const [symbol, factor, offset, ...aliases] of rows) {
    const unit: Unit = { symbol, quantity, factor, offset }
    // `g` and `in` are symbols of two quantities; whoever writes them without a quantity means the first.
    if (!units.has(symbol)) units.set(symbol, unit)
    for (const spelling of [symbol, ...aliases]) {
      byQuantity.set(`${quantity} ${spelling}`, unit)
      unambiguous.set(spelling, unambiguous.has(spelling) ? null : unit)
    }
  }
}
// Of whatever it is: RFC 8798 has a symbol for that.
unambiguous.set('%', units.get('/100')!)
