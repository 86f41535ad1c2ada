import { defineDevice, type Readings } from '../src/decode/profile.ts'

/** `%prefix%/%topic%/` by default, and the other order that many choose. */
const topics = (prefix: string, type: string) => [`${prefix}/{device...}/${type}`, `{device...}/${prefix}/${type}`]

/** A probe on the 1-Wire bus is known by its id: its number shifts when another one drops out. */
const channel = '{@.Id|*}'
const temperature = { metric: 'temperature', unitAt: '$.TempUnit', channel }

const sensors: Readings = {
  '*.Temperature': temperature,
  // 85 is what a DS18B20 says that lost its power before it could measure.
  'DS18B20*.Temperature': { ...temperature, sentinels: [85] },
  'ESP32.Temperature': { ...temperature, metric: 'device_temperature' },
  '*.DewPoint': { ...temperature, metric: 'dew_point' },
  '*.Humidity': { metric: 'humidity', channel },
  '*.Pressure': { metric: 'pressure', unitAt: '$.PressureUnit', channel },
  '*.SeaPressure': { metric: 'sea_pressure', unitAt: '$.PressureUnit', channel },
  '*.Illuminance': { metric: 'illuminance', channel },
  '*.CarbonDioxide': { metric: 'co2', channel },
  '*.eCO2': { metric: 'co2', channel },
  '*.TVOC': { metric: 'tvoc', channel },
  '*.PM1': { metric: 'pm1', channel },
  "*['PM2.5']": { metric: 'pm25', channel },
  '*.PM10': { metric: 'pm10', channel },
  '*.Gas': { metric: 'gas_resistance', unit: 'kOhm', channel },
  '*.Distance': { metric: 'distance', unit: 'cm', channel },
  '*.Distance[*]': { metric: 'distance', unit: 'cm', channel: '{*}.{*2}' },
  '*.Weight': { metric: 'weight', unit: 'kg', channel },
  '*.UvIndex': { metric: 'uv_index', channel },
  '*.Moisture': { metric: 'soil_moisture', unit: '%', channel },
  '*.Battery': { metric: 'battery', channel },
  '*.RSSI': { metric: 'rssi', channel },
  '*.Voltage': { metric: 'voltage', channel },
  '*.Current': { metric: 'current', channel },
  '*.Power': { metric: 'power', channel },
  'COUNTER.*': { metric: 'pulses', channel: '{*}' },
  'Switch*': { metric: 'state', channel: '{*}' },
  'ENERGY.Total': { metric: 'energy', channel: 'total' },
  'ENERGY.Total[*]': { metric: 'energy', channel: 'total.{*}' },
  'ENERGY.Yesterday': { metric: 'energy', channel: 'yesterday', kind: 'gauge' },
  'ENERGY.Yesterday[*]': { metric: 'energy', channel: 'yesterday.{*}', kind: 'gauge' },
  'ENERGY.Today': { metric: 'energy', channel: 'today', kind: 'gauge' },
  'ENERGY.Today[*]': { metric: 'energy', channel: 'today.{*}', kind: 'gauge' },
  'ENERGY.ExportActive': { metric: 'energy_returned', channel: 'total' },
  'ENERGY.Power': { metric: 'power' },
  'ENERGY.Power[*]': { metric: 'power', channel: '{*}' },
  'ENERGY.ApparentPower': { metric: 'apparent_power' },
  'ENERGY.ApparentPower[*]': { metric: 'apparent_power', channel: '{*}' },
  'ENERGY.ReactivePower': { metric: 'reactive_power' },
  'ENERGY.ReactivePower[*]': { metric: 'reactive_power', channel: '{*}' },
  'ENERGY.Factor': { metric: 'power_factor' },
  'ENERGY.Factor[*]': { metric: 'power_factor', channel: '{*}' },
  'ENERGY.Frequency': { metric: 'frequency' },
  'ENERGY.Voltage': { metric: 'voltage' },
  'ENERGY.Voltage[*]': { metric: 'voltage', channel: '{*}' },
  'ENERGY.Current': { metric: 'current' },
  'ENERGY.Current[*]': { metric: 'current', channel: '{*}' },
}

export const tasmota = defineDevice({
  id: 'tasmota',
  name: 'Tasmota',
  about: 'https://tasmota.github.io/docs/MQTT/',
  messages: [
    { topic: topics('tele', 'LWT'), availability: { online: ['Online'], offline: ['Offline'] } },
    {
      // A Zigbee bridge: the member is the device.
      topic: topics('tele', 'SENSOR'),
      when: { at: '$.ZbReceived', exists: true },
      each: 'ZbReceived',
      device: '{each}',
      name: '{@.Name}',
      readings: {
        LinkQuality: 'linkquality',
        BatteryPercentage: 'battery',
        BatteryVoltage: 'battery_voltage',
        Temperature: 'temperature',
        Humidity: 'humidity',
        Pressure: 'pressure',
        Illuminance: 'illuminance',
        Occupancy: 'occupancy',
        Contact: { metric: 'contact', words: { 0: true, 1: false } },
        Power: { metric: 'state', words: { 0: false, 1: true } },
      },
    },
    { topic: topics('tele', 'SENSOR'), time: { at: 'Time', format: 'iso' }, readings: sensors },
    {
      topic: topics('tele', 'STATE'),
      time: { at: 'Time', format: 'iso' },
      readings: {
        POWER: 'state',
        'POWER*': { metric: 'state', channel: '{*}' },
        UptimeSec: 'uptime',
        CT: 'color_temp',
        // RSSI here is a percentage.
        'Wifi.Signal': 'rssi',
      },
    },
    {
      topic: topics('stat', '{key:STATUS8|STATUS10}'),
      at: 'StatusSNS',
      time: { at: 'StatusSNS.Time' },
      readings: sensors,
    },
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
