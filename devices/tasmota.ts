import { defineDevice, type Readings } from '../src/decode/profile.ts'

/** `%prefix%/%topic%/` by default, and the other order that many choose. */
const topics = (prefix: string, type: string) => [`${prefix}/{device...}/${type}`, `{device...}/${prefix}/${type}`]

/** A probe on the 1-Wire bus is known by its id: its number shifts when another one drops out. */
const channel = '{@.Id|*}'
const temperature = { metric: 'temperature', unitAt: '$.TempUnit', channel }

const at = (metric: string, unit?: string) => ({ metric, ...(unit && { unit }), channel })

const sensors: Readings = {
  '*.Temperature': temperature,
  // 85 is what a DS18B20 says that lost its power before it could measure.
  'DS18*.Temperature': { ...temperature, sentinels: [85] },
  'ESP32.Temperature': { ...temperature, metric: 'device_temperature' },
  '*.ProbeTemperature': temperature,
  '*.OBJTMP': temperature,
  '*.ReferenceTemperature': { ...temperature, channel: '{*}.Reference' },
  '*.AMBTMP': { ...temperature, channel: '{*}.Ambient' },
  'ANALOG.Temperature*': { ...temperature, channel: 'ANALOG.{*}' },
  '*.DewPoint': { ...temperature, metric: 'dew_point' },
  '*.Humidity': at('humidity'),
  '*.aHumidity': at('humidity_absolute'),
  '*.Pressure': { metric: 'pressure', unitAt: '$.PressureUnit', channel },
  '*.SeaPressure': { metric: 'sea_pressure', unitAt: '$.PressureUnit', channel },
  '*.Illuminance': at('illuminance'),
  '*.CarbonDioxide': at('co2'),
  // Beside a measured one it is that one smoothed.
  '*.eCO2': { when: { at: '@.CarbonDioxide', exists: false }, ...at('co2') },
  '*.TVOC': at('tvoc'),
  ...{ '*.VOC': at('voc_index'), '*.NOx': at('nox_index') },
  ...{ '*.PM1': at('pm1'), "*['PM2.5']": at('pm25'), '*.PM4': at('pm4'), '*.PM10': at('pm10') },
  '*.Gas': at('gas_resistance', 'kOhm'),
  '*.Formaldehyde': at('formaldehyde', 'ppb'),
  '*.Noise': at('sound_level', 'dB'),
  '*.Distance': at('distance', 'cm'),
  '*.Distance[*]': { metric: 'distance', unit: 'cm', channel: '{*}.{*2}' },
  // How far away the lightning was, or that it was out of range.
  'AS3935.Distance': { metric: 'distance', unit: 'km', channel: 'AS3935', sentinels: [63] },
  '*.Weight': at('weight', 'kg'),
  ...{ '*.UvIndex': at('uv_index'), '*.UVIndex': at('uv_index') },
  '*.Moisture': at('soil_moisture', '%'),
  '*.Fertility': at('conductivity', 'uS/cm'),
  ...{ '*.pH': at('ph'), '*.EC': at('conductivity', 'uS/cm') },
  '*.Battery': at('battery'),
  '*.RSSI': at('rssi'),
  ...{ '*.Voltage': at('voltage'), '*.Current': at('current'), '*.Power': at('power') },
  // Meters that a person has described in a script.
  ...{ '*.Total_in': at('energy'), '*.Total_out': at('energy_returned') },
  ...{ '*.Power_curr': at('power'), '*.Power_cur': at('power'), '*.Power_in': at('power') },
  // Wind and rain.
  '*.Speed.Act': { metric: 'wind_speed', unit: 'km/h', unitAt: '$.SpeedUnit', channel: '{*}' },
  '*.Speed.Max': { metric: 'wind_gust', unit: 'km/h', unitAt: '$.SpeedUnit', channel: '{*}' },
  '*.Dir.Deg': { metric: 'wind_direction', channel: '{*}' },
  '*.FlowRate': at('precipitation_rate'),
  'RG-15.Total': { metric: 'precipitation', channel: 'RG-15' },
  'COUNTER.*': { metric: 'pulses', channel: '{*}' },
  'ANALOG.A*': { metric: 'analog', unit: null, channel: '{*}' },
  'Switch*': { metric: 'state', channel: '{*}' },
  // A figure, or one for each phase or relay.
  ...energy('Total', 'energy', { channel: 'total' }),
  ...energy('Yesterday', 'energy', { channel: 'yesterday', kind: 'gauge' }),
  ...energy('Today', 'energy', { channel: 'today', kind: 'gauge' }),
  ...energy('ImportActive', 'energy', { channel: 'import' }),
  ...energy('ExportActive', 'energy_returned', { channel: 'total' }),
  ...energy('Power', 'power'),
  ...energy('ApparentPower', 'apparent_power'),
  ...energy('ReactivePower', 'reactive_power'),
  ...energy('Factor', 'power_factor'),
  ...energy('Frequency', 'frequency'),
  ...energy('Voltage', 'voltage'),
  ...energy('Current', 'current'),
}

const states: Readings = {
  POWER: 'state',
  'POWER*': { metric: 'state', channel: '{*}' },
  UptimeSec: 'uptime',
  CT: 'color_temp',
  // RSSI here is a percentage.
  'Wifi.Signal': 'rssi',
}

/** Attributes as the Zigbee bridge names them. */
const zigbee: Readings = {
  LinkQuality: 'linkquality',
  BatteryPercentage: 'battery',
  BatteryVoltage: 'battery_voltage',
  Temperature: 'temperature',
  Humidity: 'humidity',
  Pressure: 'pressure',
  SeaPressure: 'sea_pressure',
  Illuminance: 'illuminance',
  Occupancy: 'occupancy',
  Contact: { metric: 'contact', words: { 0: true, 1: false } },
  Water: 'water_leak',
  Power: { metric: 'state', words: { 0: false, 1: true, 2: 'toggle' } },
  RMSVoltage: 'voltage',
  RMSCurrent: 'current',
  ActivePower: 'power',
  SoilMoisture: { metric: 'soil_moisture', unit: '%' },
  CarbonDioxide: 'co2',
  CO2: 'co2',
}

export const tasmota = defineDevice({
  id: 'tasmota',
  name: 'Tasmota',
  about: 'https://tasmota.github.io/docs/MQTT/',
  messages: [
    { topic: topics('tele', 'LWT'), availability: { online: ['Online'], offline: ['Offline'] } },
    {
      // A Zigbee bridge: the member is the device, by its short address or the name it was given.
      topic: [...topics('tele', 'SENSOR'), ...topics('tele', 'RESULT')],
      when: { at: '$.ZbReceived', exists: true },
      each: 'ZbReceived',
      device: '{@.Device|each}',
      name: '{@.Name}',
      readings: zigbee,
    },
    { topic: topics('tele', 'SENSOR'), time: { at: 'Time', format: 'iso' }, readings: sensors },
    { topic: topics('tele', 'STATE'), time: { at: 'Time', format: 'iso' }, readings: states },
    {
      topic: topics('stat', '{key:STATUS8|STATUS10|STATUS0}'),
      at: 'StatusSNS',
      time: { at: 'StatusSNS.Time' },
      readings: sensors,
    },
    { topic: topics('stat', 'STATUS11'), at: 'StatusSTS', time: { at: 'StatusSTS.Time' }, readings: states },
    { topic: topics('stat', 'POWER'), under: 'POWER', readings: { POWER: 'state' } },
    { topic: topics('stat', 'POWER{relay}'), under: 'POWER', channel: 'POWER{relay}', readings: { POWER: 'state' } },
    { topic: ['cmnd/{rest...}', '{device...}/cmnd/{rest}'], ignore: 'command_topic' },
    {
      topic: [...topics('stat', '{rest}'), ...topics('tele', '{rest}'), 'tasmota/discovery/{rest...}'],
      ignore: 'ignored_topic',
    },
  ],
  examples: [
    {
      topic: 'tele/cellar/SENSOR',
      payload:
        '{"Time":"2026-02-10T06:30:00","DS18B20-1":{"Id":"3C01F0956A4B","Temperature":53.6},"DS18B20-2":{"Id":"3C01F0950D77","Temperature":85.0},"TempUnit":"F"}',
      readings: [{ device: 'tasmota:cellar', metric: 'temperature', channel: '3C01F0956A4B', value: 12, unit: 'Cel' }],
      rejected: ['sentinel'],
    },
    {
      topic: 'tele/heatpump/SENSOR',
      payload: '{"Time":"2026-02-10T06:30:00","ENERGY":{"Total":[12.5,0.75],"Power":[820,0],"Voltage":234}}',
      readings: [
        { metric: 'energy', channel: 'total.0', value: 12.5, unit: 'kWh' },
        { metric: 'energy', channel: 'total.1', value: 0.75, unit: 'kWh' },
        { metric: 'power', channel: '0', value: 820, unit: 'W' },
        { metric: 'power', channel: '1', value: 0, unit: 'W' },
        { metric: 'voltage', value: 234, unit: 'V' },
      ],
    },
    { topic: 'tele/cellar/LWT', payload: 'Offline', retain: true, online: false },
    { topic: 'cmnd/cellar/POWER', payload: 'ON', rejected: ['command_topic'] },
  ],
})

function energy(name: string, metric: string, more: { channel?: string; kind?: 'gauge' } = {}): Readings {
  const channel = more.channel === undefined ? '{*}' : `${more.channel}.{*}`
  return { [`ENERGY.${name}`]: { metric, ...more }, [`ENERGY.${name}[*]`]: { metric, ...more, channel } }
}
