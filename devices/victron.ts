import { defineDevice, type Readings } from '../src/decode/profile.ts'

/** Quantities by the last level of a path; the levels before it are the channel, such as `Dc/0` or `Ac/Out/L1`. */
const quantities: Record<string, string> = {
  ...{ Power: 'power', P: 'power', Voltage: 'voltage', V: 'voltage', Current: 'current', I: 'current' },
  ...{ Frequency: 'frequency', F: 'frequency', PowerFactor: 'power_factor', S: 'apparent_power' },
  ...{ Temperature: 'temperature', Soc: 'battery', TimeToGo: 'time_to_go', ConsumedAmphours: 'charge_consumed' },
  ...{ 'Energy.Forward': 'energy', 'Energy.Reverse': 'energy_returned' },
  ...{ Latitude: 'latitude', Longitude: 'longitude' },
}

const alarms = { 0: false, 1: true, 2: true }

/** Numbers of `State`, in the words that a VE.Direct cable leads to. */
const chargeStates = {
  ...{ 0: 'off', 1: 'low_power', 2: 'fault', 3: 'bulk', 4: 'absorption', 5: 'float', 6: 'storage', 7: 'equalize' },
  ...{ 8: 'passthru', 9: 'inverting', 10: 'assisting', 11: 'power_supply', 244: 'sustain', 245: 'starting_up' },
  ...{ 246: 'repeated_absorption', 247: 'auto_equalize', 248: 'battery_safe', 252: 'external_control' },
}

const readings: Readings = {
  ...Object.fromEntries(Object.entries(quantities).flatMap(([path, metric]) => atEveryDepth(path, metric))),
  MidVoltage: { metric: 'voltage', channel: 'MidVoltage' },
  'Dc.*.MidVoltage': { metric: 'voltage', channel: 'Dc/{*}/MidVoltage' },
  'System.MinCellVoltage': { metric: 'min_voltage', channel: 'System' },
  'System.MaxCellVoltage': { metric: 'max_voltage', channel: 'System' },
  'System.MinCellTemperature': { metric: 'temperature', channel: 'System/MinCell' },
  'System.MaxCellTemperature': { metric: 'temperature', channel: 'System/MaxCell' },
  Soh: { metric: 'state_of_health', unit: '/100' },
  // A sensor of temperature, a tank, a satellite receiver, an irradiance sensor, a pulse meter.
  ...{ Humidity: 'humidity', Pressure: 'pressure', CO2: 'co2', PM25: 'pm25', Luminosity: 'illuminance' },
  BatteryVoltage: 'battery_voltage',
  Level: { metric: 'fill_level', unit: '/100' },
  Remaining: 'volume',
  // Of an alternator it is revolutions.
  Speed: { when: { at: 'service', is: 'gps' }, metric: 'speed' },
  ...{ Course: 'course', Altitude: 'altitude', NrOfSatellites: 'satellites' },
  ...{ Irradiance: 'irradiance', WindSpeed: 'wind_speed', WindDirection: 'wind_direction' },
  CellTemperature: { metric: 'temperature', channel: 'Cell' },
  ExternalTemperature: { metric: 'temperature', channel: 'External' },
  Aggregate: 'volume',
  Count: 'pulses',
  'Yield.User': { metric: 'energy', channel: 'Yield/User' },
  'Yield.System': { metric: 'energy', channel: 'Yield/System' },
  // Ways that energy takes through an inverter, such as `InverterToAcOut`.
  'Energy.*': { metric: 'energy', channel: 'Energy/{*}' },
  'Voltages.Cell*': { metric: 'voltage', channel: 'Voltages/{*}' },
  'Engine.Speed': { metric: 'engine_speed', unit: '1/min', channel: 'Engine' },
  'Engine.CoolantTemperature': { metric: 'temperature', channel: 'Engine/Coolant' },
  StarterVoltage: { metric: 'voltage', channel: 'Starter' },
  ErrorCode: 'error_code',
  State: [
    { when: { at: 'service', is: 'solarcharger' }, metric: 'charge_state', type: 'text', words: chargeStates },
    { when: { at: 'service', is: 'charger' }, metric: 'charge_state', type: 'text', words: chargeStates },
    { when: { at: 'service', is: 'vebus' }, metric: 'charge_state', type: 'text', words: chargeStates },
    { reject: 'ignored_topic' },
  ],
  'History.Daily.*.Yield': { metric: 'energy', kind: 'gauge', channel: 'History/Daily/{*}' },
  'Relay.*.State': { metric: 'state', channel: 'Relay/{*}', words: { 0: false, 1: true } },
  'Alarms.*': { metric: 'alarm', channel: 'Alarms/{*}', words: alarms },
  'Alarms.*.*': { metric: 'alarm', channel: 'Alarms/{*}/{*2}', words: alarms },
}

const topic = 'N/{portal}/{service}/{instance:number}/{path...}'
const device = '{portal}/{service}/{instance}'

export const victron = defineDevice({
  id: 'victron',
  name: 'Victron Venus OS (GX devices)',
  about: 'https://github.com/victronenergy/dbus-flashmq',
  messages: [
    { topic: 'N/{portal}/settings/{instance:number}/{path...}', ignore: 'ignored_topic' },
    {
      topic: 'N/{portal}/{service}/{instance:number}/Connected',
      device,
      availability: { at: 'value' },
      empty: 'offline',
    },
    // A device that has gone is told by empty payloads.
    { topic, device, under: '{path}', at: 'value', empty: 'offline', readings },
    { topic: 'N/{portal}/{what:heartbeat|keepalive|full_publish_completed}', ignore: 'ignored_topic' },
    {
      topic: ['{verb:R|W}/{portal}/{service}/{instance:number}/{path...}', 'R/{portal}/keepalive'],
      ignore: 'command_topic',
    },
  ],
  examples: [
    {
      topic: 'N/c0619ab00001/vebus/276/Ac/Out/L2/P',
      payload: '{"value": -412}',
      readings: [
        {
          device: 'victron:c0619ab00001_vebus_276-39f17f',
          metric: 'power',
          channel: 'Ac/Out/L2',
          value: -412,
          unit: 'W',
        },
      ],
    },
    {
      topic: 'N/c0619ab00001/grid/30/Ac/L1/Energy/Reverse',
      payload: '{"value":1520.25}',
      readings: [{ metric: 'energy_returned', channel: 'Ac/L1', value: 1520.25, unit: 'kWh' }],
    },
    {
      topic: 'N/c0619ab00001/battery/512/Soc',
      payload: '{"value":87.5}',
      readings: [{ metric: 'battery', value: 87.5, unit: '%EL' }],
    },
    {
      topic: 'N/c0619ab00001/solarcharger/279/State',
      payload: '{"value":4}',
      readings: [{ metric: 'charge_state', value: 'absorption', unit: null }],
    },
    {
      topic: 'N/c0619ab00001/vebus/276/Energy/InverterToAcOut',
      payload: '{"value":812.5}',
      readings: [{ metric: 'energy', channel: 'Energy/InverterToAcOut', value: 812.5, unit: 'kWh' }],
    },
    { topic: 'N/c0619ab00001/tank/20/State', payload: '{"value":1}', rejected: ['ignored_topic'] },
    { topic: 'N/c0619ab00001/alternator/1/Speed', payload: '{"value":1500}', rejected: ['nothing_measured'] },
    { topic: 'N/c0619ab00001/solarcharger/279/Pv/V', payload: '', online: false },
    { topic: 'N/c0619ab00001/battery/512/Dc/0/Temperature', payload: '{"value": null}', rejected: ['null_value'] },
    { topic: 'N/c0619ab00001/battery/512/Soc', payload: '{"value": []}', rejected: ['null_value'] },
    { topic: 'N/c0619ab00001/vebus/276/VebusMainState', payload: '{"value": 9}', rejected: ['ignored_topic'] },
    { topic: 'W/c0619ab00001/vebus/276/Mode', payload: '{"value": 3}', rejected: ['command_topic'] },
  ],
})

function atEveryDepth(path: string, metric: string): [string, Readings[string]][] {
  return [
    [path, metric],
    [`*.${path}`, { metric, channel: '{*}' }],
    [`*.*.${path}`, { metric, channel: '{*}/{*2}' }],
    [`*.*.*.${path}`, { metric, channel: '{*}/{*2}/{*3}' }],
  ]
}
