import { defineDevice, type Readings } from '../src/decode/profile.ts'

/** `%prefix%/%topic%/` by default, and the other order that many choose. */
const topics = (prefix: string, type: string) => [`${prefix}/{device...}/${type}`, `{device...}/${prefix}/${type}`]

/** Units stand beside the sensors, at the root or in `StatusSNS`. */
const channel = '{*}'
const temperature = { metric: 'temperature', unitAt: '^.TempUnit', channel }
/** A probe on the 1-Wire bus is known by its id: its number shifts when another one drops out. */
const probe = { ...temperature, channel: '{@.Id|@.Address|*}' }
/** 85 is what a probe says that lost its power before it could measure. */
const dallas = { ...probe, sentinels: [85] }

const at = (metric: string, unit?: string) => ({ metric, ...(unit && { unit }), channel })
const within = (metric: string, unit?: string) => ({ metric, ...(unit && { unit }), channel: '{*}.{*2}' })

const sensors: Readings = {
  '*.Temperature': temperature,
  ...{ 'DS18*.Temperature': dallas, 'MAX31850*.Temperature': probe, 'DS28EA00*.Temperature': dallas },
  // Of old firmware.
  'DS18x20.*.Temperature': { ...dallas, unitAt: '$.TempUnit' },
  // Of scripts that name no sensor.
  Temperature: { metric: 'temperature', unitAt: '$.TempUnit' },
  ...{ Humidity: 'humidity', Pressure: { metric: 'pressure', unitAt: '$.PressureUnit' } },
  'ESP32.Temperature': { ...temperature, metric: 'device_temperature' },
  '*.ProbeTemperature': temperature,
  '*.OBJTMP': temperature,
  '*.ReferenceTemperature': { ...temperature, channel: '{*}.Reference' },
  '*.AMBTMP': { ...temperature, channel: '{*}.Ambient' },
  'ANALOG.Temperature*': { ...temperature, channel: 'ANALOG.{*}' },
  '*.DewPoint': { ...temperature, metric: 'dew_point' },
  '*.Humidity': at('humidity'),
  '*.aHumidity': at('humidity_absolute'),
  '*.Pressure': { metric: 'pressure', unitAt: '^.PressureUnit', channel },
  '*.SeaPressure': { metric: 'sea_pressure', unitAt: '^.PressureUnit', channel },
  '*.Illuminance': at('illuminance'),
  '*.CarbonDioxide': at('co2'),
  // Beside a measured one it is that one smoothed.
  '*.eCO2': { when: { at: '@.CarbonDioxide', exists: false }, ...at('co2') },
  '*.TVOC': at('tvoc'),
  ...{ '*.VOC': at('voc_index'), '*.NOx': at('nox_index') },
  ...{ '*.PM1': at('pm1'), "*['PM2.5']": at('pm25'), '*.PM4': at('pm4'), '*.PM10': at('pm10') },
  ...{ '*.PM1_0': at('pm1'), '*.PM2_5': at('pm25'), '*.PM4_0': at('pm4'), '*.PM10_0': at('pm10') },
  '*.Gas': at('gas_resistance', 'kOhm'),
  '*.Formaldehyde': at('formaldehyde', 'ppb'),
  '*.Noise': at('sound_level', 'dB'),
  '*.Distance': at('distance', 'cm'),
  '*.Distance[*]': within('distance', 'cm'),
  // How far away the lightning was, or that it was out of range.
  'AS3935.Distance': { metric: 'distance', unit: 'km', channel: 'AS3935', sentinels: [63] },
  '*.Weight': at('weight', 'kg'),
  ...{ '*.UvIndex': at('uv_index'), '*.UVIndex': at('uv_index') },
  '*.Moisture': at('soil_moisture', '%'),
  '*.Fertility': at('conductivity', 'uS/cm'),
  ...{ '*.pH': at('ph'), '*.EC': at('conductivity', 'uS/cm') },
  '*.Battery': at('battery'),
  '*.RSSI': at('rssi'),
  // Many beacons take turns under one name.
  ...{ 'IBEACON.RSSI': null, 'IBEACON.Battery': null },
  ...{ '*.Voltage': at('voltage'), '*.Current': at('current'), '*.Power': at('power') },
  // Wind and rain.
  '*.Speed.Act': { metric: 'wind_speed', unit: 'km/h', unitAt: '$.SpeedUnit', channel },
  '*.Speed.Max': { metric: 'wind_gust', unit: 'km/h', unitAt: '$.SpeedUnit', channel },
  '*.Dir.Deg': { metric: 'wind_direction', channel },
  '*.FlowRate': at('precipitation_rate'),
  'RG-15.Total': { metric: 'precipitation', channel: 'RG-15' },
  'COUNTER.*': { metric: 'pulses', channel },
  'ANALOG.A*': { metric: 'analog', unit: null, channel },
  'ADS1115*.A*': { metric: 'analog', unit: null, channel: '{*}.{*2}' },
  'ANALOG.Illuminance*': { metric: 'illuminance', channel: 'ANALOG.{*}' },
  'ANALOG.pH*': { metric: 'ph', channel: 'ANALOG.{*}' },
  'ANALOG.CTEnergy*.Energy': { metric: 'energy', channel: 'ANALOG.{*}' },
  'ANALOG.CTEnergy*.Power': { metric: 'power', channel: 'ANALOG.{*}' },
  'ANALOG.CTEnergy*.Voltage': { metric: 'voltage', channel: 'ANALOG.{*}' },
  'ANALOG.CTEnergy*.Current': { metric: 'current', channel: 'ANALOG.{*}' },
  'Switch*': { metric: 'state', channel },
  ...scripted(),
  // A figure, or one for each phase or relay.
  ...energy('Total', 'energy', { channel: 'total' }),
  ...energy('Yesterday', 'energy', { channel: 'yesterday', kind: 'gauge' }),
  ...energy('Today', 'energy', { channel: 'today', kind: 'gauge' }),
  ...energy('ImportActive', 'energy', { channel: 'import' }),
  ...energy('ExportActive', 'energy_returned', { channel: 'total' }),
  ...energy('ImportReactive', 'reactive_energy', { channel: 'import' }),
  ...energy('ExportReactive', 'reactive_energy_returned', { channel: 'total' }),
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
  'POWER*': { metric: 'state', channel },
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
  ...{ Click: 'action', AqaraVibrationMode: 'action' },
}

export const tasmota = defineDevice({
  id: 'tasmota',
  name: 'Tasmota',
  about: 'https://tasmota.github.io/docs/MQTT/',
  echoMs: 2000,
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
    {
      // Of old firmware.
      topic: [...topics('tele', 'SENSOR'), ...topics('tele', 'RESULT')],
      when: { at: '$.ZigbeeReceived', exists: true },
      each: 'ZigbeeReceived',
      device: '{each}',
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
    {
      // What a command or a button did; the relay is told on a topic of its own too.
      topic: topics('stat', 'RESULT'),
      form: 'object',
      readings: {
        POWER: 'state',
        'POWER*': { metric: 'state', channel },
        'Button*.Action': { metric: 'action', channel },
        'Switch*.Action': { metric: 'action', channel },
      },
    },
    {
      topic: topics('stat', 'BUTTON{button:number}'),
      form: 'object',
      channel: 'Button{button}',
      readings: { ACTION: 'action' },
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
    {
      topic: 'stat/cellar/STATUS10',
      payload:
        '{"StatusSNS":{"Time":"2026-02-10T06:30:00","INA226-1":{"Id":0,"Voltage":12.1},"BME280":{"Temperature":50,"Pressure":750},"PressureUnit":"mmHg","TempUnit":"F"}}',
      readings: [
        { metric: 'voltage', channel: 'INA226-1', value: 12.1, unit: 'V' },
        { metric: 'temperature', channel: 'BME280', value: 10, unit: 'Cel' },
        { metric: 'pressure', channel: 'BME280', value: 999.9179055, unit: 'hPa' },
      ],
    },
    {
      topic: 'stat/cellar/RESULT',
      payload: '{"Button2":{"Action":"DOUBLE"}}',
      readings: [{ metric: 'action', channel: 'Button2', value: 'DOUBLE', unit: null }],
    },
    {
      topic: 'stat/cellar/BUTTON3',
      payload: '{"ACTION":"HOLD"}',
      readings: [{ metric: 'action', channel: 'Button3', value: 'HOLD', unit: null }],
    },
    {
      topic: 'tele/bridge/SENSOR',
      payload: '{"ZbReceived":{"0x1F2A":{"Device":"0x1F2A","Click":"double","Endpoint":2,"LinkQuality":61}}}',
      readings: [
        { device: 'tasmota:0x1F2A', metric: 'action', value: 'double', unit: null },
        { metric: 'linkquality', value: 61, unit: '/' },
      ],
    },
    { topic: 'tele/cellar/LWT', payload: 'Offline', retain: true, online: false },
    { topic: 'cmnd/cellar/POWER', payload: 'ON', rejected: ['command_topic'] },
  ],
})

/** Meters that a person has described in a script: the names of those that circulate. */
function scripted(): Readings {
  return {
    ...{ '*.Total_in': at('energy'), '*.Total_out': at('energy_returned') },
    ...{ '*.total_in': at('energy'), '*.total_out': at('energy_returned') },
    ...{ '*.E_in': at('energy'), '*.E_out': at('energy_returned') },
    ...{ '*.Power_curr': at('power'), '*.Power_cur': at('power'), '*.Power_in': at('power'), '*.power': at('power') },
  }
}

function energy(name: string, metric: string, more: { channel?: string; kind?: 'gauge' } = {}): Readings {
  const channel = more.channel === undefined ? '{*}' : `${more.channel}.{*}`
  return { [`ENERGY.${name}`]: { metric, ...more }, [`ENERGY.${name}[*]`]: { metric, ...more, channel } }
}
