import { findMetric, metricNames } from '../metrics.ts'
import { conversion } from '../units.ts'

/** What a field's name says about the field. */
export interface Meaning {
  readonly metric: string
  /** Unit written into the name, as in `temp_f`; the canonical one otherwise. */
  readonly unit?: string
  /** Number or place written into the name, as in `temp2` or `indoor_temp`. */
  readonly channel?: string
  /** One letter, as in `t`: enough beside other names, too little to recognise a message by. */
  readonly weak?: true
}

/** What a field of that name measures, in whatever case and spelling; undefined when the name is not known. */
export function meaningOf(name: string): Meaning | undefined {
  let meaning = memo.get(name)
  if (meaning === undefined) {
    meaning = name.length > nameLengthMax ? null : (findMeaning(snakeCase(name)) ?? null)
    // Names come from the network: those beyond the bound are looked up anew each time.
    if (memo.size < memoMax) memo.set(name, meaning)
  }
  return meaning ?? undefined
}

/** The same for a name that ends with what it measures, as in `living_room_temperature` or `bme280_pressure_value`. */
export function endingMeaning(name: string): Meaning | undefined {
  const whole = meaningOf(name)
  if (whole || name.length > nameLengthMax) return whole
  const tokens = snakeCase(name).split('_')
  return meaningOfEnd(tokens) ?? meaningOfEnd(withoutFillers(tokens))
}

function meaningOfEnd(tokens: string[]): Meaning | undefined {
  for (let from = 0; from < tokens.length; from++) {
    const meaning = meaningOf(tokens.slice(from).join('_'))
    if (meaning && !meaning.weak) return meaning
  }
  return undefined
}

/** Words behind a quantity that say nothing about it. */
const fillers = new Set(['sensor', 'value', 'reading', 'measurement', 'concentration', 'state', 'now', 'actual'])

function withoutFillers(tokens: readonly string[]): string[] {
  let end = tokens.length
  if (/^\d{1,2}$/.test(tokens[end - 1]!) && fillers.has(tokens[end - 2] ?? '')) end--
  while (fillers.has(tokens[end - 1] ?? '')) end--
  return tokens.slice(0, end)
}

/** Whether a name does not tell the unit: a volume is litres of water or the loudness of a radio, unless it is `volume_l`. */
export function isVague({ metric, unit }: Meaning): boolean {
  return unit === undefined && vague.has(metric)
}

const vague = new Set([
  ...['accuracy', 'area', 'charge', 'count', 'course', 'depth', 'distance', 'duration', 'error_code', 'flow'],
  ...['formaldehyde', 'gas_flow', 'gas_volume', 'index', 'level', 'no2', 'o3', 'position', 'resistance', 'voc'],
  ...['volume', 'water_flow', 'water_volume', 'weight'],
])

/** `PM2.5` → `pm2_5`, `dewPoint` → `dew_point`, `Luft-Druck` → `luft_druck`. */
export function snakeCase(name: string): string {
  return name
    .normalize('NFC')
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
}

/** Longest name looked at, and longest metric name kept. */
export const nameLengthMax = 64

const memoMax = 4096
const memo = new Map<string, Meaning | null>()

function findMeaning(name: string): Meaning | undefined {
  const whole = aliases.get(name)
  if (whole) return whole
  const tokens = name.split('_')
  return withUnit(tokens) ?? withNumber(name) ?? withPlace(tokens)
}

/** `temperature_c`, `pressure_hpa`: a known name and a unit that fits it. */
function withUnit(tokens: string[]): Meaning | undefined {
  for (let cut = tokens.length - 1; cut > 0 && cut >= tokens.length - 2; cut--) {
    const unit = suffixes.get(tokens.slice(cut).join('_'))
    const meaning = unit === undefined ? undefined : aliases.get(tokens.slice(0, cut).join('_'))
    const canonical = meaning && findMetric(meaning.metric)?.unit
    if (canonical && conversion(unit!, canonical)) return { ...meaning, unit: unit! }
    // `battery_mv` is no charge.
    if (meaning?.metric === 'battery' && conversion(unit!, 'V')) return { metric: 'battery_voltage', unit: unit! }
  }
  return undefined
}

/** `temp2`, `temperature_1`, `temp_c1`. */
function withNumber(name: string): Meaning | undefined {
  const digits = /^(.*?)_?(\d{1,3})$/.exec(name)
  const meaning = digits && (aliases.get(digits[1]!) ?? withUnit(digits[1]!.split('_')))
  return meaning && !meaning.weak ? { ...meaning, channel: digits[2]! } : undefined
}

/** `indoor_temp`, `temperature_outside`, `state_left`, `power_phase_b`, `bme280_temperature`, `temp_c_sht`. */
function withPlace(tokens: string[]): Meaning | undefined {
  for (const [place, rest] of [
    [tokens[0]!, tokens.slice(1)],
    [tokens.at(-1)!, tokens.slice(0, -1)],
    [tokens.slice(-2).join('_'), tokens.slice(0, -2)],
  ] as const) {
    if (rest.length === 0 || !(places.has(place) || phases.has(place) || axes.has(place))) continue
    const meaning = aliases.get(rest.join('_')) ?? withUnit(rest)
    if (!meaning || meaning.weak) continue
    const { metric } = meaning
    if (places.has(place) || (phases.has(place) && electric.has(metric)) || (axes.has(place) && spatial.has(metric)))
      return { ...meaning, channel: place.replace('18_b', '18b') }
  }
  return undefined
}

const places = new Set([
  'in',
  'out',
  'indoor',
  'outdoor',
  'inside',
  'outside',
  'inner',
  'outer',
  'internal',
  'external',
  // Gangs of switches, and phases.
  ...['left', 'right', 'center', 'top', 'bottom', 'l1', 'l2', 'l3', 'l4', 'l5', 'l6'],
  ...['phase_a', 'phase_b', 'phase_c'],
  // Chips and probes.
  ...['aht10', 'aht20', 'am2301', 'am2320', 'bme280', 'bme680', 'bmp180', 'bmp280', 'bmp388', 'dht', 'dht11', 'dht22'],
  ...['ds', 'ds18b20', 'htu21', 'htu21d', 'ntc', 'probe', 'scd30', 'scd40', 'scd41', 'sht', 'sht30', 'sht31', 'sht3x'],
  // `DS18B20` falls into two words.
  ...['sht40', 'sht4x', 'si7021', 'ds18_b20', 'soil', 'air'],
])

/** One letter says so little that it has to stand with a quantity that has phases or axes. */
const phases = new Set(['a', 'b', 'c'])
const electric = new Set([
  ...['voltage', 'current', 'power', 'apparent_power', 'reactive_power', 'power_factor', 'energy', 'energy_returned'],
])
const axes = new Set(['x', 'y', 'z'])
const spatial = new Set(['acceleration', 'angle', 'angular_speed'])

const suffixes = new Map<string, string>(
  Object.entries({
    // What is left of `hPa`, `mV` and `kWh` in snake_case.
    ...{ h_pa: 'hPa', k_pa: 'kPa', m_bar: 'hPa', m_v: 'mV', m_a: 'mA', m_ah: 'mAh', k_w: 'kW', k_wh: 'kWh' },
    ...{ k_va: 'kVA', k_hz: 'kHz', d_bm: 'dBm' },
    ...{ c: 'Cel', celsius: 'Cel', degc: 'Cel', deg_c: 'Cel', f: '°F', fahrenheit: '°F', k: 'K' },
    ...{ hpa: 'hPa', mbar: 'hPa', pa: 'Pa', kpa: 'kPa', bar: 'bar', psi: 'psi', inhg: 'inHg', mmhg: 'mmHg' },
    ...{ rh: '%', pct: '%', percent: '%', percentage: '%', ppm: 'ppm', ppb: 'ppb', ugm3: 'ug/m3', ug_m3: 'ug/m3' },
    ...{ v: 'V', mv: 'mV', volt: 'V', volts: 'V', a: 'A', ma: 'mA', amps: 'A', w: 'W', kw: 'kW', mw: 'mW', watts: 'W' },
    ...{ wh: 'Wh', kwh: 'kWh', mwh: 'MWh', va: 'VA', var: 'var', hz: 'Hz', lx: 'lx', lux: 'lx', dbm: 'dBm', db: 'dB' },
    ...{
      m: 'm',
      cm: 'cm',
      mm: 'mm',
      km: 'km',
      ft: 'ft',
      inch: 'inch',
      in: 'inch',
      m3: 'm3',
      l: 'l',
      kg: 'kg',
      g: 'g',
      deg: 'deg',
    },
    ...{
      deg_f: '°F',
      degf: '°F',
      mg_m3: 'mg/m3',
      mgm3: 'mg/m3',
      lpm: 'l/min',
      l_min: 'l/min',
      l_h: 'l/h',
      m3_h: 'm3/h',
    },
    ...{
      ohm: 'Ohm',
      kohm: 'kOhm',
      kva: 'kVA',
      kvar: 'kvar',
      ah: 'Ah',
      mah: 'mAh',
      m2: 'm2',
      mm_hr: 'mm/h',
      in_h: 'in/h',
    },
    ...{ m_s: 'm/s', mps: 'm/s', kmh: 'km/h', km_h: 'km/h', kph: 'km/h', mph: 'mph', kn: 'kn', knots: 'kn' },
    ...{ mm_h: 'mm/h', s: 's', sec: 's', seconds: 's', ms: 'ms', min: 'min', h: 'h', w_m2: 'W/m2', us_cm: 'uS/cm' },
  }),
)

/** Other spellings of metrics: what firmware, vendors and people in several languages write. */
const spellings: Record<string, string> = {
  temperature:
    'local_temperature current_temperature temp tmp air_temperature air_temp ambient_temperature ambient_temp temperatur temperatura température',
  humidity:
    'current_humidity hum humi rh rel_hum relative_humidity air_humidity feuchte feuchtigkeit luftfeuchtigkeit luftfeuchte humedad humidité',
  pressure: 'press pres baro barometer barometric_pressure air_pressure atmospheric_pressure druck luftdruck presion',
  battery: 'batt bat battery_level battery_percent battery_percentage batt_level bat_level batterie akku soc',
  battery_voltage:
    'v_batt volt vbat batt_volt battery_volt bat_voltage batt_voltage v_bat vbatt battery_v batt_v bat_v',
  battery_low: 'low_battery batt_low lowbat',
  voltage: 'volts spannung tension ac_voltage mains_voltage',
  current: 'amps ampere amperage strom courant',
  power: 'active_power total_power power_total apower leistung puissance watt watts',
  energy: 'k_wh kwh total_energy energy_total energie active_energy energy_consumed consumption',
  energy_returned: 'produced_energy energy_produced energy_exported exported_energy returned_energy',
  apparent_power: 'apparentpower power_apparent',
  reactive_power: 'reactivepower power_reactive',
  power_factor: 'pf powerfactor power_fact cos_phi',
  frequency: 'freq frequenz ac_frequency mains_frequency',
  illuminance: 'lux illuminance_lux light_intensity helligkeit luminosity_lux illumination',
  co2: 'carbon_dioxide carbondioxide eco2 e_co2 co2_level',
  co: 'carbon_monoxide carbonmonoxide',
  tvoc: 'tvoc_ppb',
  pm1: 'pm1_0 pm_1 pm01 pm010 pm_1_0 pm_1_0_m particulate_matter_1_0 particulate_matter_1_0_m',
  pm25: 'pm2_5 pm_2_5 pm_25 pm02_5 pm2p5 pm_2_5_m particulate_matter_2_5 particulate_matter_2_5_m',
  pm4: 'pm4_0 pm_4 pm_4_0 pm_4_0_m particulate_matter_4_0 particulate_matter_4_0_m',
  pm10: 'pm_10 pm10_0 pm100 pm_10_0 pm_10_0_m particulate_matter_10_0 particulate_matter_10_0_m',
  dew_point: 'dewpoint taupunkt dew_point_temperature',
  heat_index: 'heatindex',
  rssi: 'wifi_rssi signal_strength wifi_signal wifi_signal_strength signal_dbm',
  linkquality: 'link_quality lqi',
  snr: 'lora_snr',
  distance: 'dist entfernung abstand',
  wind_speed: 'wind windspeed wind_avg windgeschwindigkeit wind_average',
  wind_gust: 'windgust gust wind_max wind_gust_speed',
  wind_direction: 'winddirection wind_dir winddir windrichtung wind_bearing',
  precipitation: 'rain rainfall rain_total regen niederschlag',
  precipitation_rate: 'rain_rate rainrate rain_intensity',
  uv_index: 'uv uvi uvindex',
  irradiance: 'solar_radiation solarradiation solar_irradiance',
  soil_moisture: 'moisture soilmoisture bodenfeuchte soil_humidity water_soil',
  conductivity: 'conduct',
  sea_pressure: 'seapressure sea_level_pressure pressure_sea_level pressure_sealevel',
  latitude: 'lat',
  longitude: 'lon lng',
  altitude: 'alt elevation',
  satellites: 'sats num_sats',
  speed: 'geschwindigkeit',
  uptime: 'uptime_sec up_time',
  water_volume: 'water_consumed water_consumption',
  water_leak: 'leak waterleak water_leakage',
  occupancy: 'occupied',
  motion: 'pir motion_detected',
  device_temperature:
    'esp_temperature esp32_temperature soc_temperature core_temperature chip_temperature cpu_temperature cpu_temp internal_temperature board_temperature mcu_temperature',
  water_temperature: 'watertemp water_temp wassertemperatur',
  color_temp: 'color_temperature colour_temperature',
  sound_level: 'noise noise_level spl',
  ph: 'p_h ph_value',
  weight: 'mass gewicht',
  formaldehyde: 'hcho ch2o formaldehyd',
  ...{ o3: 'ozone', no2: 'nitrogen_dioxide', volume: 'volumen', flow: 'flow_rate', aqi: 'air_quality_index' },
}

const aliases = new Map<string, Meaning>()
for (const metric of metricNames()) aliases.set(metric, { metric })
for (const [metric, names] of Object.entries(spellings))
  for (const name of names.split(' ')) aliases.set(name, { metric })
aliases.set('tempc', { metric: 'temperature', unit: 'Cel' })
aliases.set('tempf', { metric: 'temperature', unit: '°F' })
// Of weather stations that speak the protocol of Weather Underground or Ecowitt.
aliases.set('tempinf', { metric: 'temperature', unit: '°F', channel: 'in' })
aliases.set('humidityin', { metric: 'humidity', channel: 'in' })
aliases.set('windspeedmph', { metric: 'wind_speed', unit: 'mph' })
aliases.set('windgustmph', { metric: 'wind_gust', unit: 'mph' })
aliases.set('baromrelin', { metric: 'sea_pressure', unit: 'inHg' })
aliases.set('baromabsin', { metric: 'pressure', unit: 'inHg' })
aliases.set('rainratein', { metric: 'precipitation_rate', unit: 'in/h' })
aliases.set('t', { metric: 'temperature', weak: true })
aliases.set('h', { metric: 'humidity', weak: true })
