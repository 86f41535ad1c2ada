import { defineDevice, type Readings } from '../src/decode/profile.ts'

const tyre = (unit: string) => ({ metric: 'pressure', unit, range: [0, 20_000] as [number, number] })
const probe = (channel: string, unit = 'Cel') => ({ metric: 'temperature', unit, channel })

/** Names end with their unit. https://github.com/merbanan/rtl_433/blob/master/docs/DATA_FORMAT.md */
const readings: Readings = {
  temperature_C: 'temperature',
  temperature_F: { metric: 'temperature', unit: '°F' },
  ...probes(),
  ...{ setpoint_C: null, setpoint_F: null },
  dew_point_C: 'dew_point',
  dew_point_F: { metric: 'dew_point', unit: '°F' },
  humidity: 'humidity',
  ...{ humidity_1: { metric: 'humidity', channel: '1' }, humidity_2: { metric: 'humidity', channel: '2' } },
  moisture: { metric: 'soil_moisture', unit: '%' },
  // Between 0 and 1; a level where a sensor tells more than good or bad.
  battery_ok: [
    { when: { is: [0, 1, '0', '1'] }, metric: 'battery_ok' },
    { metric: 'battery', scale: 100 },
  ],
  // Of old versions.
  battery: { metric: 'battery_ok', words: { OK: true, LOW: false } },
  battery_low: 'battery_low',
  battery_V: 'battery_voltage',
  battery_mV: { metric: 'battery_voltage', unit: 'mV' },
  battery_pct: 'battery',
  supercap_V: { metric: 'voltage', channel: 'supercap' },
  wind_avg_m_s: 'wind_speed',
  wind_avg_km_h: { metric: 'wind_speed', unit: 'km/h' },
  wind_avg_mi_h: { metric: 'wind_speed', unit: 'mph' },
  wind_max_m_s: 'wind_gust',
  wind_max_km_h: { metric: 'wind_gust', unit: 'km/h' },
  wind_max_mi_h: { metric: 'wind_gust', unit: 'mph' },
  wind_speed_km_h: { metric: 'wind_speed', unit: 'km/h' },
  gust_speed_km_h: { metric: 'wind_gust', unit: 'km/h' },
  ...{ wind_speed_m_s: 'wind_speed', gust_speed_m_s: 'wind_gust' },
  ...{ wind_spd_km_h: { metric: 'wind_speed', unit: 'km/h' }, wind_gust_km_h: { metric: 'wind_gust', unit: 'km/h' } },
  wind_dir_deg: 'wind_direction',
  rain_mm: { metric: 'precipitation', unit: 'mm' },
  rain_in: { metric: 'precipitation', scale: 25.4 },
  ...{ rain2_mm: { metric: 'precipitation', unit: 'mm', channel: '2' }, rainfall_mm: 'precipitation' },
  ...{ rain_rate_mm_h: 'precipitation_rate', rain_mm_h: 'precipitation_rate' },
  ...{
    rain_rate_in_h: { metric: 'precipitation_rate', unit: 'in/h' },
    rain_in_h: { metric: 'precipitation_rate', unit: 'in/h' },
  },
  pressure_hPa: [{ when: { at: '$.type', is: 'TPMS' }, ...tyre('hPa') }, { metric: 'pressure' }],
  // In these units only tyres tell theirs, above that of the air.
  ...{ pressure_kPa: tyre('kPa'), pressure_psi: tyre('psi'), pressure_PSI: tyre('psi'), pressure_bar: tyre('bar') },
  light_klx: { metric: 'illuminance', scale: 1000 },
  ...{ light_lux: 'illuminance', lux: 'illuminance', uvi: 'uv_index' },
  // Beside the index it is the raw strength.
  uv: { when: { at: '$.uvi', exists: false }, metric: 'uv_index' },
  radiation_W_m2: 'irradiance',
  co2_ppm: 'co2',
  hcho_ppb: { metric: 'formaldehyde', unit: 'ppb' },
  ...{
    pm1_ug_m3: 'pm1',
    pm2_5_ug_m3: 'pm25',
    pm4_ug_m3: 'pm4',
    pm10_ug_m3: 'pm10',
    pm10_0_ug_m3: 'pm10',
    estimated_pm10_0_ug_m3: 'pm10',
  },
  strike_count: { metric: 'count', channel: 'strikes' },
  storm_dist_km: { metric: 'distance', unit: 'km', channel: 'storm' },
  storm_dist_mi: { metric: 'distance', unit: 'mi', channel: 'storm' },
  depth_cm: { metric: 'depth', unit: 'cm' },
  depth_in: { metric: 'depth', unit: 'in' },
  ...{ power_W: 'power', voltage_V: 'voltage', current_A: 'current', energy_kWh: 'energy', total_kWh: 'energy' },
  ...{ cumulative_kWh: 'energy', reading_kWh: 'energy', power_VA: 'apparent_power' },
  frequency_Hz: 'frequency',
  ...{ volume_m3: 'volume', volume_gal: { metric: 'volume', unit: 'gal' } },
  ...{
    motion: 'motion',
    tamper: 'tamper',
    leaking: 'water_leak',
    detect_wet: 'water_leak',
    alarm: { metric: 'alarm', words: { 0: false, 1: true } },
  },
  current: 'current',
  reed_open: { metric: 'contact', channel: 'reed', words: { 0: true, 1: false } },
  contact_open: { metric: 'contact', words: { 0: true, 1: false } },
  ...{ opened: { metric: 'door', words: { 0: 'closed', 1: 'open' } }, smoke: 'smoke', button: null },
  // Strengths here are relative to the receiver's full scale.
  snr: 'snr',
}

/** Numbered probes, clamps and lines, in the spellings of several decoders. */
function probes(): Readings {
  const readings: Readings = {
    ...{ temperature_probe_C: probe('probe'), temperature_probe_F: probe('probe', '°F') },
    ...{ temperature_int_C: probe('int'), temperature_amb_C: probe('amb'), ambient_C: probe('amb') },
  }
  for (const n of ['0', '1', '2', '3', '4', '5', '6']) {
    for (const name of [`temperature_${n}`, `temperature${n}`, `temp${n}`]) {
      readings[`${name}_C`] = probe(n)
      readings[`${name}_F`] = probe(n, '°F')
    }
    readings[`power${n}_W`] = { metric: 'power', channel: n }
    readings[`current_${n}_A`] = { metric: 'current', channel: n }
  }
  return readings
}

const device = '{$.type}/{$.model}/{$.subtype}/{$.channel}/{$.id}'

export const rtl433 = defineDevice({
  id: 'rtl_433',
  name: 'rtl_433 (sensors at 433, 868 and 915 MHz)',
  family: 'rtl433',
  about: 'https://triq.org/rtl_433/INTEGRATION.html',
  messages: [
    { topic: ['rtl_433/{host}/availability', 'rtl_433/availability'], availability: { scope: 'bridge' } },
    {
      topic: ['rtl_433/{host}/{list:events|states}', 'rtl_433/{list:events|states}', 'rtl_433', 'rtl_433/{host}'],
      when: { at: '$.model', exists: true },
      device,
      // Local time without a zone, Unix time or ISO 8601, as it was started.
      time: { at: 'time', format: 'auto' },
      readings,
    },
    {
      // OpenMQTTGateway has it built in, with a radio that tells the strength in dBm.
      topic: [
        '{base...}/RTL_433toMQTT',
        '{base...}/{gateway}/RTL_433toMQTT/{path}',
        '{base...}/{gateway}/RTL_433toMQTT/{model}/{id}',
        '{base...}/{gateway}/RTL_433toMQTT/{model}/{channel}/{id}',
      ],
      when: { at: '$.model', exists: true },
      device,
      time: { at: 'time', format: 'auto' },
      readings: { ...readings, rssi: 'rssi' },
    },
    { topic: 'rtl_433/{host}/devices/{device...}/{key}', form: 'value', under: '{key}', readings },
    { topic: 'rtl_433/{rest...}', ignore: 'ignored_topic' },
  ],
  examples: [
    {
      topic: 'rtl_433/attic/events',
      payload:
        '{"time":"2026-06-01T11:59:58.250Z","model":"Bresser-6in1","id":403718242,"channel":0,"battery_ok":1,"temperature_F":50,"humidity":64,"wind_max_km_h":18,"wind_avg_km_h":9,"wind_dir_deg":225,"rain_in":2,"mic":"CRC"}',
      readings: [
        {
          device: 'rtl433:Bresser-6in1_0_403718242-9ab392',
          metric: 'battery_ok',
          value: true,
          unit: null,
          time: '2026-06-01T11:59:58.250Z',
        },
        { metric: 'temperature', value: 10, unit: 'Cel' },
        { metric: 'humidity', value: 64, unit: '%RH' },
        { metric: 'wind_gust', value: 5, unit: 'm/s' },
        { metric: 'wind_speed', value: 2.5, unit: 'm/s' },
        { metric: 'wind_direction', value: 225, unit: 'deg' },
        { metric: 'precipitation', value: 50.8, unit: 'mm' },
      ],
    },
    {
      topic: 'rtl_433/attic/devices/TPMS/Ford/1a2b3c4d/pressure_kPa',
      payload: '220',
      readings: [{ device: 'rtl433:TPMS_Ford_1a2b3c4d-82586b', metric: 'pressure', value: 2200, unit: 'hPa' }],
    },
    {
      topic: 'home/OpenMQTTGateway/RTL_433toMQTT/GT-WT02/3/77',
      payload: '{"model":"GT-WT02","id":77,"channel":3,"battery":"LOW","temp2_C":-4.5,"rssi":-91}',
      readings: [
        { device: 'rtl433:GT-WT02_3_77-47e73d', metric: 'battery_ok', value: false, unit: null },
        { metric: 'temperature', channel: '2', value: -4.5, unit: 'Cel' },
        { metric: 'rssi', value: -91, unit: 'dBm' },
      ],
    },
    { topic: 'rtl_433/attic/events', payload: '{"model":"GT-WT02","id":77,"temp', rejected: ['json_syntax'] },
    { topic: 'rtl_433/attic/availability', payload: 'online', online: true },
    {
      topic: 'rtl_433/attic/events',
      payload: '{"time":"2026-06-01 14:00:00","model":"LaCrosse-TX141","id":7,"humidity":127}',
      rejected: ['out_of_range'],
    },
  ],
})
