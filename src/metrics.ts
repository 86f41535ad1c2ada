/** What can be measured: one table. Names follow Home Assistant's device classes, in the short forms devices use. */

export type Kind = 'gauge' | 'counter' | 'state'

/** `flag`: a boolean; `text`: a word; `state`: either. */
export type ValueType = 'number' | 'flag' | 'text' | 'state'

export interface Metric {
  /** Canonical symbol; null for booleans and text. */
  readonly unit: string | null
  readonly kind: Kind
  readonly type: ValueType
  /** Plausible range in the canonical unit, both ends included. */
  readonly min: number
  readonly max: number
  /** Canonical values by which common sensors say that they have none. */
  readonly sentinels: readonly number[]
}

/** The metric of that name, in snake_case; undefined for one we do not know. */
export function findMetric(name: string): Metric | undefined {
  return table.get(name)
}

export function metricNames(): Iterable<string> {
  return table.keys()
}

/** How a metric is drawn and compared; unknown numbers are gauges. */
export function kindOf(metric: string, value: unknown): Kind {
  return table.get(metric)?.kind ?? (typeof value === 'number' ? 'gauge' : 'state')
}

const gauge = (unit: string, min: number, max: number, ...sentinels: number[]): Metric => ({
  unit,
  kind: 'gauge',
  type: 'number',
  min,
  max,
  sentinels,
})
const counter = (unit: string, max: number): Metric => ({ ...gauge(unit, 0, max), kind: 'counter' })
const worded = (type: ValueType): Metric => ({ unit: null, kind: 'state', type, min: 0, max: 0, sentinels: [] })

const flag = worded('flag')
const text = worded('text')
const state = worded('state')

// -127 is what the DallasTemperature library returns for a probe that is not there, 327.67 the largest 16-bit number of hundredths.
const temperature = gauge('Cel', -273.15, 2000, -127, 327.67)
// The full scale of a 16-bit sensor that is saturated or broken.
const fine = gauge('ug/m3', 0, 5000, 65_535)
const energy = gauge('kWh', -1e9, 1e9)
const index = gauge('/', 0, 500)
const fullScale16 = 65_535

const table = new Map<string, Metric>(
  Object.entries({
    acceleration: gauge('m/s2', -2000, 2000),
    accuracy: gauge('m', 0, 1e7),
    action: text,
    alarm: state,
    altitude: gauge('m', -12_000, 100_000),
    angle: gauge('deg', -360, 360),
    angular_speed: gauge('deg/s', -10_000, 10_000),
    apparent_power: gauge('VA', -1e7, 1e7),
    aqi: gauge('/', 0, 1000),
    area: gauge('m2', 0, 1e9),
    battery: gauge('%EL', 0, 100),
    battery_low: flag,
    battery_ok: flag,
    battery_voltage: gauge('V', 0, 60),
    brightness: gauge('/', 0, 65_535),
    button: text,
    charge: gauge('Ah', -1e6, 1e6),
    charge_consumed: gauge('Ah', -1e6, 1e6),
    charge_state: text,
    charging: flag,
    co: gauge('ppm', 0, 10_000),
    co2: gauge('ppm', 0, 40_000),
    color_temp: gauge('mired', 50, 1000),
    conductivity: gauge('uS/cm', 0, 1e6),
    contact: flag,
    count: counter('count', Number.MAX_SAFE_INTEGER),
    course: gauge('deg', 0, 360),
    current: gauge('A', -10_000, 10_000),
    current_direction: gauge('deg', 0, 360),
    // Of water.
    current_speed: gauge('m/s', 0, 20),
    deepest_discharge: gauge('Ah', -1e6, 1e6),
    depth: gauge('m', 0, 12_000),
    device_temperature: gauge('Cel', -100, 200),
    dew_point: gauge('Cel', -150, 100),
    distance: gauge('m', 0, 1e9, 65.535),
    door: state,
    duration: gauge('s', 0, 1e10),
    energy: { ...energy, kind: 'counter' },
    energy_charged: counter('kWh', 1e9),
    energy_discharged: counter('kWh', 1e9),
    energy_returned: { ...energy, kind: 'counter' },
    error: state,
    error_code: gauge('count', 0, 1e9),
    fan_speed: gauge('1/min', 0, 1e6),
    fill_level: gauge('/100', 0, 100),
    flow: gauge('m3/h', -1e6, 1e6),
    formaldehyde: gauge('ppm', 0, 1000),
    frequency: gauge('Hz', 0, 1e11),
    gas: state,
    gas_flow: gauge('m3/h', 0, 1e5),
    gas_resistance: gauge('Ohm', 0, 1e9),
    gas_volume: counter('m3', 1e9),
    hdop: gauge('/', 0, 100),
    heading: gauge('deg', 0, 360),
    heat_energy: counter('kWh', 1e9),
    heat_index: gauge('Cel', -100, 150),
    humidity: gauge('%RH', 0, 100),
    humidity_absolute: gauge('g/m3', 0, 1000),
    illuminance: gauge('lx', 0, 200_000, fullScale16),
    irradiance: gauge('W/m2', 0, 2000),
    last_discharge: gauge('Ah', -1e6, 1e6),
    latitude: gauge('lat', -90, 90),
    level: gauge('m', -12_000, 12_000),
    linkquality: gauge('/', 0, 255),
    lock: state,
    longitude: gauge('lon', -180, 180),
    loudness: gauge('dBA', 0, 200),
    magnetic_variation: gauge('deg', -180, 180),
    max_voltage: gauge('V', -1500, 1500),
    min_voltage: gauge('V', -1500, 1500),
    mode: text,
    motion: flag,
    movement_counter: counter('count', Number.MAX_SAFE_INTEGER),
    no2: gauge('ppm', 0, 100),
    nox_index: index,
    occupancy: flag,
    o3: gauge('ppm', 0, 100),
    particle_count: gauge('count', 0, 1e9),
    ph: gauge('pH', 0, 14),
    pm1: fine,
    pm10: fine,
    pm25: fine,
    pm4: fine,
    position: gauge('/100', 0, 100),
    power: gauge('W', -1e7, 1e7),
    power_factor: gauge('/', -1, 1),
    power_max: gauge('W', -1e7, 1e7),
    power_returned: gauge('W', -1e7, 1e7),
    precipitation: gauge('mm', 0, 1e6),
    precipitation_rate: gauge('mm/h', 0, 2000),
    presence: flag,
    // The record low and high at sea level are 870 and 1085; 300 is the top of Everest.
    pressure: gauge('hPa', 300, 1100),
    pulses: counter('count', Number.MAX_SAFE_INTEGER),
    radiation: gauge('uSv/h', 0, 1e7),
    reactive_energy: counter('kvarh', 1e9),
    reactive_energy_returned: counter('kvarh', 1e9),
    reactive_power: gauge('var', -1e7, 1e7),
    reactive_power_returned: gauge('var', -1e7, 1e7),
    resistance: gauge('Ohm', 0, 1e12),
    rssi: gauge('dBm', -150, 30),
    rudder_angle: gauge('deg', -180, 180),
    running: flag,
    satellites: gauge('count', 0, 200),
    sea_pressure: gauge('hPa', 800, 1100),
    smoke: flag,
    snr: gauge('dB', -60, 100),
    soil_moisture: gauge('/100', 0, 100),
    sound_level: gauge('dBA', 0, 200),
    speed: gauge('m/s', 0, 12_000),
    state,
    status: text,
    tamper: flag,
    time_to_go: gauge('s', 0, 1e9),
    temperature,
    tx_power: gauge('dBm', -100, 50),
    tvoc: gauge('ppb', 0, 65_000),
    uptime: gauge('s', 0, 1e10),
    uv_index: gauge('/', 0, 30),
    vibration: flag,
    voc: gauge('ppb', 0, 65_000),
    voc_index: index,
    voltage: gauge('V', -1500, 1500),
    volume: gauge('m3', 0, 1e9),
    water_flow: gauge('m3/h', 0, 1e5),
    water_leak: flag,
    water_temperature: gauge('Cel', -5, 150),
    water_volume: counter('m3', 1e9),
    weight: gauge('kg', -1e6, 1e6),
    wind_direction: gauge('deg', 0, 360),
    wind_gust: gauge('m/s', 0, 150),
    wind_speed: gauge('m/s', 0, 150),
    window: state,
  } satisfies Record<string, Metric>),
)
