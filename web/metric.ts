/** How metrics are named, ordered and coloured for people. */

/** Names that are not simply their words. */
const names: Record<string, string> = {
  co2: 'CO₂',
  co: 'CO',
  no2: 'NO₂',
  nox_index: 'NOₓ index',
  voc_index: 'VOC index',
  pm1: 'PM1',
  pm25: 'PM2.5',
  pm4: 'PM4',
  pm10: 'PM10',
  rssi: 'Signal',
  snr: 'SNR',
  linkquality: 'Link quality',
  hdop: 'HDOP',
  ph: 'pH',
  uv_index: 'UV index',
}

/** What a card shows first, the most telling first; the rest follows in the order of the names. */
const telling =
  `power contact water_leak smoke temperature co2 pm25 humidity water_temperature soil_moisture illuminance pressure energy level
  distance speed wind_speed rain gas_volume voltage current occupancy motion presence state`.split(/\s+/)

/** `living_room` → `Living room`, `pm25` → `PM2.5`. */
export function metricName(metric: string): string {
  return names[metric] ?? capital(metric.replaceAll('_', ' '))
}

/** Order of metrics on a card and in a device's view. */
export function compareMetrics(a: string, b: string): number {
  return rank(a) - rank(b) || a.localeCompare(b)
}

/** Which of the theme's line colours a metric takes, so that a temperature looks like one everywhere. */
export function hueOf(metric: string): string {
  if (/temp|heat|dew_point/.test(metric)) return 'warm'
  if (/humid|moist|water|rain|level|depth/.test(metric)) return 'water'
  if (/power|energy|voltage|current|charge|battery/.test(metric)) return 'power'
  if (/co2|^co$|pm\d|voc|nox|no2|particle|gas/.test(metric)) return 'air'
  if (/illum|lumin|light|bright|uv/.test(metric)) return 'light'
  return 'plain'
}

function rank(metric: string): number {
  const position = telling.indexOf(metric)
  return position === -1 ? telling.length : position
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
