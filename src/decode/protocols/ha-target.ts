import { findMetric } from '../../metrics.ts'
import { conversion } from '../../units.ts'
import { massOf, targetOf } from '../declared-target.ts'
import { meaningOf, snakeCase } from '../names.ts'
import type { MetricTarget } from '../profile.ts'

/** Device classes of sensors whose metric has another name here (https://developers.home-assistant.io/docs/core/entity/sensor#available-device-classes). */
const sensorClasses: Readonly<Record<string, string>> = {
  absolute_humidity: 'humidity_absolute',
  atmospheric_pressure: 'pressure',
  carbon_dioxide: 'co2',
  carbon_monoxide: 'co',
  energy_storage: 'energy',
  gas: 'gas_volume',
  moisture: 'soil_moisture',
  nitrogen_dioxide: 'no2',
  ozone: 'o3',
  precipitation_intensity: 'precipitation_rate',
  signal_strength: 'rssi',
  sound_pressure: 'sound_level',
  volatile_organic_compounds: 'voc',
  volatile_organic_compounds_parts: 'voc',
  volume_flow_rate: 'flow',
  volume_storage: 'volume',
  water: 'water_volume',
}

/** Classes of sensors that tell a time or a price. */
const unmeasured = new Set(['timestamp', 'date', 'monetary'])

/** Classes of binary sensors that are the name of another metric, or of a number. */
const binaryClasses: Readonly<Record<string, string>> = {
  battery: 'battery_low',
  battery_charging: 'charging',
  garage_door: 'door',
  moisture: 'water_leak',
  carbon_monoxide: 'carbon_monoxide_detected',
  power: 'power_detected',
  sound: 'sound_detected',
}

/** What a sensor entity measures; null for what is not measured. `names` are tried in their order where the class does not tell. */
export function sensorTarget(
  deviceClass: string | undefined,
  unit: string | undefined,
  stateClass: string | undefined,
  names: readonly string[],
): MetricTarget | null {
  if (deviceClass !== undefined && unmeasured.has(deviceClass)) return null
  const metric = deviceClass === undefined ? undefined : (sensorClasses[deviceClass] ?? deviceClass)
  const known = metric === undefined ? undefined : findMetric(metric)
  if (metric !== undefined && known?.type === 'number' && known.unit !== null) {
    const mass = unit && massOf(metric, unit)
    if (mass) return { metric: mass, unit }
    if (!unit || conversion(unit, known.unit)) return counting({ metric, ...(unit && { unit }) }, stateClass)
  }
  const name = names.find((one) => meaningOf(one)) ?? names.find((one) => snakeCase(one) !== '') ?? 'value'
  if (deviceClass === 'enum') return { metric: snakeCase(name).slice(0, 64), type: 'text' }
  const { channel: _, ...target } = targetOf(name, unit || undefined)
  return counting(target, stateClass)
}

/** Only what never falls is a counter, however the metric is usually. */
function counting(target: MetricTarget, stateClass: string | undefined): MetricTarget {
  if (stateClass === undefined) return target
  const kind = stateClass === 'total_increasing' ? 'counter' : 'gauge'
  return (findMetric(target.metric)?.kind ?? 'gauge') === kind ? target : { ...target, kind }
}

/** What a binary sensor tells: whether its class holds, by the words it has for that. */
export function binaryTarget(deviceClass: string | undefined, on: string, off: string, name: string): MetricTarget {
  const spoken = meaningOf(name)?.metric
  const byName = spoken && findMetric(spoken)?.type !== 'number' ? spoken : snakeCase(name).slice(0, 64) || 'state'
  const metric = deviceClass === undefined ? byName : (binaryClasses[deviceClass] ?? snakeCase(deviceClass))
  return {
    metric: metric || 'state',
    type: 'flag',
    words: Object.fromEntries([
      [off, false],
      [on, true],
    ]),
  }
}
