import type { MetricTarget } from '../profile.ts'

/**
 * Paths and units of normalized payloads, by the schema of the LoRaWAN Device Repository
 * (https://github.com/TheThingsNetwork/lorawan-devices/blob/master/lib/payload.json).
 */
export const normalized: readonly (readonly [path: readonly string[], target: MetricTarget])[] = Object.entries({
  'air.temperature': { metric: 'temperature' },
  'air.relativeHumidity': { metric: 'humidity' },
  'air.pressure': { metric: 'pressure' },
  'air.co2': { metric: 'co2' },
  'air.lightIntensity': { metric: 'illuminance' },
  'soil.depth': { metric: 'depth', unit: 'cm', channel: 'soil' },
  'soil.moisture': { metric: 'soil_moisture', unit: '%' },
  'soil.temperature': { metric: 'temperature', channel: 'soil' },
  // dS/m is mS/cm.
  'soil.ec': { metric: 'conductivity', unit: 'mS/cm', channel: 'soil' },
  'soil.pH': { metric: 'ph', channel: 'soil' },
  'soil.n': { metric: 'nitrogen', unit: 'ppm', channel: 'soil' },
  'soil.p': { metric: 'phosphorus', unit: 'ppm', channel: 'soil' },
  'soil.k': { metric: 'potassium', unit: 'ppm', channel: 'soil' },
  'wind.speed': { metric: 'wind_speed' },
  'wind.direction': { metric: 'wind_direction' },
  'rain.intensity': { metric: 'precipitation_rate' },
  'rain.cumulative': { metric: 'precipitation' },
  'water.leak': { metric: 'water_leak' },
  'water.temperature.current': { metric: 'water_temperature' },
  'water.temperature.min': { metric: 'water_temperature', channel: 'min' },
  'water.temperature.max': { metric: 'water_temperature', channel: 'max' },
  'water.temperature.avg': { metric: 'water_temperature', channel: 'avg' },
  'metering.water.total': { metric: 'water_volume', unit: 'l' },
  'action.motion.detected': { metric: 'motion' },
  'action.motion.count': { metric: 'movement_counter' },
  'action.contactState': { metric: 'contact', words: { open: false, closed: true } },
  'position.latitude': { metric: 'latitude' },
  'position.longitude': { metric: 'longitude' },
  'position.altitude': { metric: 'altitude' },
  battery: { metric: 'battery_voltage' },
} satisfies Record<string, MetricTarget>).map(([path, target]) => [path.split('.'), target])
