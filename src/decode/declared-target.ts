import { findMetric } from '../metrics.ts'
import { conversion, findUnit } from '../units.ts'
import { meaningOf, nameLengthMax, snakeCase } from './names.ts'
import type { MetricTarget } from './profile.ts'

/**
 * What a name and the unit that came with it say together. A known name wins where the unit fits it; else the unit tells, as °C means a
 * temperature, and the name becomes the channel; else the name stays what it is (`keep` writes it), in that unit where we know it.
 * `{` and `}` never reach the target: its channel is a template.
 */
export function targetOf(name: string, unit: string | undefined, keep: (name: string) => string = plain): MetricTarget {
  const meaning = meaningOf(name)
  const known = meaning && findMetric(meaning.metric)
  if (meaning && known) {
    const { metric, channel } = meaning
    const placed = channel === undefined ? { metric } : { metric, channel }
    if (unit === undefined || known.unit === null) return meaning.unit ? { ...placed, unit: meaning.unit } : placed
    if (conversion(unit, known.unit)) return { ...placed, unit }
    const mass = massOf(metric, unit)
    if (mass) return { ...placed, metric: mass, unit }
    if (unit === '%' && contents.has(metric)) return { ...placed, metric: 'fill_level', unit }
    // As in `battery_mv`: volts are no charge.
    if (metric === 'battery' && conversion(unit, 'V')) return { ...placed, metric: 'battery_voltage', unit }
  }
  const told = unit === undefined ? undefined : metricOfUnit(unit)
  if (told !== undefined) {
    const channel = channelOf(name)
    return !channel || meaning?.weak || synonyms[told]?.includes(snakeCase(name))
      ? { metric: told, unit: unit! }
      : { metric: told, unit: unit!, channel }
  }
  // Nobody can say what 5 furlongs of temperature are: the judge refuses that unit.
  if (meaning && !meaning.weak && known?.unit)
    return { metric: meaning.metric, unit: unit !== '%' && findUnit(unit!) ? null : unit! }
  const metric = keep(name) || 'value'
  return { metric, unit: unit !== undefined && findUnit(unit) ? unit : null }
}

/** The metric of what a cubic metre of air holds of a gas, when the unit is one of that; its share of the air has another metric. */
export function massOf(metric: string, unit: string): string | undefined {
  return gases.has(metric) && conversion(unit, 'ug/m3') ? `${metric}_mass` : undefined
}

const gases = new Set(['co', 'formaldehyde', 'no2', 'o3', 'tvoc', 'voc'])

/** Of which per cent are how full something is. */
const contents = new Set(['level', 'depth', 'volume', 'water_volume', 'weight'])

/** The metric that a unit alone tells; undefined where it measures many things. */
export function metricOfUnit(unit: string): string | undefined {
  return byUnit.get(unit) ?? byUnit.get(findUnit(unit)?.symbol ?? '')
}

/** Names that, with the unit of a quantity, stand for it and not for a place. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  pressure: ['p'],
  power: ['p'],
  voltage: ['u', 'v'],
  current: ['i'],
  energy: ['e'],
  illuminance: ['light', 'luminosity', 'ambient_light'],
}

function plain(name: string): string {
  return snakeCase(name).slice(0, nameLengthMax)
}

function channelOf(name: string): string {
  return name.replace(/[{}]/g, '_').slice(0, nameLengthMax)
}

const byUnit = new Map<string, string>()
for (const [metric, units] of Object.entries({
  temperature: 'Cel °C ℃ °F K',
  humidity: '%RH',
  battery: '%EL',
  pressure: 'hPa Pa kPa mbar bar inHg mmHg psi',
  voltage: 'V mV kV',
  current: 'A mA',
  power: 'W mW kW MW',
  energy: 'kWh Wh MWh J MJ GJ',
  apparent_power: 'VA kVA',
  reactive_power: 'var kvar',
  reactive_energy: 'kvarh varh vars',
  charge: 'Ah mAh',
  frequency: 'Hz kHz MHz',
  illuminance: 'lx',
  irradiance: 'W/m2',
  rssi: 'dBm',
  latitude: 'lat',
  longitude: 'lon',
  speed: 'm/s km/h kn mph ft/s m/h',
  acceleration: 'm/s2',
  resistance: 'Ohm kOhm',
  conductivity: 'S/m uS/cm mS/cm',
  precipitation_rate: 'mm/h in/h',
  flow: 'm3/h l/min l/h m3/s l/s',
  volume: 'm3 l',
  weight: 'kg',
  radiation: 'uSv/h',
  ph: 'pH',
}))
  for (const unit of units.split(' ')) byUnit.set(unit, metric)
