import type { MetricTarget, Target } from '../profile.ts'

/** What a value of one type measures. */
export interface Measured {
  readonly reading: MetricTarget
  /** A node may present another unit for it. */
  readonly free?: boolean
}

function measured(metric: string, more: Target = {}): Measured {
  return { reading: { ...more, metric } }
}

function free(metric: string, more: Target = {}): Measured {
  return { reading: { ...more, metric }, free: true }
}

const counter: Target = { kind: 'counter' }

/** By the number of `V_…` in the serial API 2.x; commands, colours, scenes and codes are not here. */
export const values: Readonly<Record<number, Measured>> = {
  0: free('temperature'),
  1: measured('humidity'),
  2: measured('state', { words: { 0: false, 1: true } }),
  3: measured('percentage', { unit: '/100', range: [0, 100] }),
  4: free('pressure'),
  5: measured('forecast', { type: 'text' }),
  6: free('precipitation', counter),
  7: free('precipitation_rate'),
  8: free('wind_speed'),
  9: free('wind_gust'),
  10: measured('wind_direction'),
  11: measured('uv_index'),
  12: free('weight'),
  13: free('distance', { unit: 'cm' }),
  14: free('resistance'),
  15: measured('armed', { type: 'flag' }),
  16: measured('tripped', { type: 'flag' }),
  17: free('power'),
  18: free('energy'),
  23: measured('light_level', { unit: '/100', range: [0, 100] }),
  24: measured('var1', { unit: null }),
  25: measured('var2', { unit: null }),
  26: measured('var3', { unit: null }),
  27: measured('var4', { unit: null }),
  28: measured('var5', { unit: null }),
  34: free('flow', { unit: 'l/min' }),
  35: free('volume', { ...counter }),
  36: measured('lock', { words: { 0: false, 1: true } }),
  37: measured('level', { unit: null, range: [-1e9, 1e9] }),
  38: free('voltage'),
  39: free('current'),
  47: measured('text', { type: 'text' }),
  48: measured('custom', { unit: null }),
  51: measured('ph'),
  52: free('orp', { unit: 'mV' }),
  53: free('conductivity'),
  54: free('reactive_power'),
  55: free('apparent_power'),
  56: measured('power_factor'),
}

const tripped = 16
const flow = 34
const volume = 35
const level = 37

/** What types of values mean for a kind of child, by the number of `S_…`. */
export const childKinds: Readonly<Record<number, Partial<Record<number, Measured>>>> = {
  // Door, motion, smoke, water leak.
  0: { [tripped]: measured('door', { words: { 0: false, 1: true } }) },
  1: { [tripped]: measured('motion') },
  2: { [tripped]: measured('smoke') },
  32: { [tripped]: measured('water_leak') },
  // Cover: 0 is up, 100 down, as the node has it.
  5: { 3: measured('position', { unit: '/100' }) },
  // Light level, dust, air quality, sound, vibration, moisture.
  16: { [level]: free('illuminance') },
  22: { [level]: free('co2') },
  24: { [level]: free('pm25') },
  33: { [tripped]: measured('sound', { type: 'flag' }), [level]: free('sound_level') },
  34: { [tripped]: measured('vibration'), [level]: free('frequency') },
  35: { [tripped]: measured('moisture', { words: { 0: false, 1: true } }), [level]: free('soil_moisture') },
  // Water and gas meters.
  21: { [flow]: free('water_flow', { unit: 'l/min' }), [volume]: free('water_volume') },
  37: { [flow]: free('gas_flow', { unit: 'l/min' }), [volume]: free('gas_volume') },
}
