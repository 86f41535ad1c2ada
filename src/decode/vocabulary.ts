import { metricNames } from '../metrics.ts'

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

/** Other spellings of metrics: what firmware, vendors and people in several languages write. */
const metricSpellings: Readonly<Record<string, string>> = {
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

/** Units as they stand at the end of names; `h_pa` and `k_wh` are what is left of `hPa` and `kWh` in snake_case. */
const unitSpellings: Readonly<Record<string, string>> = {
  hPa: 'h_pa m_bar hpa mbar',
  kPa: 'k_pa kpa',
  mV: 'm_v mv',
  mA: 'm_a ma',
  mAh: 'm_ah mah',
  kW: 'k_w kw',
  kWh: 'k_wh kwh',
  kVA: 'k_va kva',
  kHz: 'k_hz',
  dBm: 'd_bm dbm',
  Cel: 'c celsius degc deg_c',
  '°F': 'f fahrenheit deg_f degf',
  K: 'k',
  Pa: 'pa',
  bar: 'bar',
  psi: 'psi',
  inHg: 'inhg',
  mmHg: 'mmhg',
  '%': 'rh pct percent percentage',
  ppm: 'ppm',
  ppb: 'ppb',
  'ug/m3': 'ugm3 ug_m3',
  V: 'v volt volts',
  A: 'a amps',
  W: 'w watts',
  mW: 'mw',
  Wh: 'wh',
  MWh: 'mwh',
  VA: 'va',
  var: 'var',
  Hz: 'hz',
  lx: 'lx lux',
  dB: 'db',
  m: 'm',
  cm: 'cm',
  mm: 'mm',
  km: 'km',
  ft: 'ft',
  inch: 'inch in',
  m3: 'm3',
  l: 'l',
  kg: 'kg',
  g: 'g',
  deg: 'deg',
  'mg/m3': 'mg_m3 mgm3',
  'l/min': 'lpm l_min',
  'l/h': 'l_h',
  'm3/h': 'm3_h',
  Ohm: 'ohm',
  kOhm: 'kohm',
  kvar: 'kvar',
  Ah: 'ah',
  m2: 'm2',
  'mm/h': 'mm_hr mm_h',
  'in/h': 'in_h',
  'm/s': 'm_s mps',
  'km/h': 'kmh km_h kph',
  mph: 'mph',
  kn: 'kn knots',
  s: 's sec seconds',
  ms: 'ms',
  min: 'min',
  h: 'h',
  'W/m2': 'w_m2',
  'uS/cm': 'us_cm',
}

/** What the names mean that are known as a whole, in snake_case. */
export const spellings: ReadonlyMap<string, Meaning> = new Map([
  ...[...metricNames()].map((metric) => [metric, { metric }] as const),
  ...pairs(metricSpellings).map(([name, metric]) => [name, { metric }] as const),
  ...Object.entries<Meaning>({
    tempc: { metric: 'temperature', unit: 'Cel' },
    tempf: { metric: 'temperature', unit: '°F' },
    // Of weather stations that speak the protocol of Weather Underground or Ecowitt.
    tempinf: { metric: 'temperature', unit: '°F', channel: 'in' },
    humidityin: { metric: 'humidity', channel: 'in' },
    windspeedmph: { metric: 'wind_speed', unit: 'mph' },
    windgustmph: { metric: 'wind_gust', unit: 'mph' },
    baromrelin: { metric: 'sea_pressure', unit: 'inHg' },
    baromabsin: { metric: 'pressure', unit: 'inHg' },
    rainratein: { metric: 'precipitation_rate', unit: 'in/h' },
    t: { metric: 'temperature', weak: true },
    h: { metric: 'humidity', weak: true },
  }),
])

/** Units by how they stand at the end of a name. */
export const unitSuffixes: ReadonlyMap<string, string> = new Map(pairs(unitSpellings))

/** Each spelling with what it stands for. */
function pairs(spelled: Readonly<Record<string, string>>): [spelling: string, meant: string][] {
  return Object.entries(spelled).flatMap(([meant, names]) =>
    names.split(' ').map((name): [string, string] => [name, meant]),
  )
}

/** Words behind a quantity that say nothing about it. */
export const fillers: ReadonlySet<string> = new Set([
  ...['sensor', 'value', 'reading', 'measurement', 'concentration', 'state', 'now', 'actual'],
])

/** Metrics of which a name does not tell the unit: a volume is litres of water or the loudness of a radio. */
export const vague: ReadonlySet<string> = new Set([
  ...['accuracy', 'area', 'charge', 'count', 'course', 'depth', 'distance', 'duration', 'error_code', 'flow'],
  ...['formaldehyde', 'gas_flow', 'gas_volume', 'index', 'level', 'no2', 'o3', 'position', 'resistance', 'voc'],
  ...['volume', 'water_flow', 'water_volume', 'weight'],
])

/** Whether the word may say which of several quantities of that metric is meant. */
export function isPlace(word: string, metric: string): boolean {
  return places.has(word) || (phases.has(word) && electric.has(metric)) || (axes.has(word) && spatial.has(metric))
}

const places: ReadonlySet<string> = new Set([
  ...['in', 'out', 'indoor', 'outdoor', 'inside', 'outside', 'inner', 'outer', 'internal', 'external'],
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
