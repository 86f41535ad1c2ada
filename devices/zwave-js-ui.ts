import { defineDevice, type Readings } from '../src/decode/profile.ts'

/** Units stand only in the payloads that hold the whole value. */
const sensor = (metric: string, unit?: string) => ({ metric, ...(unit && { unit }), unitAt: '$.unit' })
const flag = { metric: 'state', type: 'flag' } as const

/** What was done to the button of a scene. */
const keys = {
  ...{ 0: 'pressed', 1: 'released', 2: 'held', 3: 'pressed_2x', 4: 'pressed_3x', 5: 'pressed_4x', 6: 'pressed_5x' },
}

/** Command classes by their numbers and names, which topics use as the gateway was told to. */
const classes: Record<string, Readings> = {
  '37 switch_binary': { currentValue: flag },
  '38 switch_multilevel': { currentValue: { metric: 'position', unit: '%' } },
  '48 sensor_binary': {
    Any: flag,
    General_purpose: flag,
    Motion: 'motion',
    Smoke: 'smoke',
    Water: 'water_leak',
    Tamper: 'tamper',
    Door_Window: 'door',
    DoorWindow: 'door',
  },
  '49 sensor_multilevel': {
    Air_temperature: sensor('temperature'),
    Outside_temperature: { ...sensor('temperature'), channel: 'outside' },
    Soil_temperature: { ...sensor('temperature'), channel: 'soil' },
    Water_temperature: sensor('water_temperature'),
    Dew_point: sensor('dew_point'),
    Humidity: sensor('humidity'),
    Soil_humidity: sensor('soil_moisture', '%'),
    Moisture: sensor('soil_moisture', '%'),
    Illuminance: sensor('illuminance'),
    Ultraviolet: { metric: 'uv_index' },
    Solar_radiation: sensor('irradiance'),
    // Scale 0 of the standard.
    Barometric_pressure: sensor('pressure', 'kPa'),
    Atmospheric_pressure: sensor('pressure', 'kPa'),
    'Carbon_dioxide*': sensor('co2'),
    'Carbon_monoxide*': sensor('co'),
    'Volatile_Organic_Compound*': sensor('voc', 'ppm'),
    'Particulate_Matter_2*': sensor('pm25'),
    Particulate_Matter_10: sensor('pm10'),
    Particulate_Matter_1: sensor('pm1'),
    Power: sensor('power'),
    Voltage: sensor('voltage'),
    Current: sensor('current'),
    Frequency: sensor('frequency'),
    Velocity: sensor('wind_speed'),
    Direction: sensor('wind_direction'),
    Rain_rate: sensor('precipitation_rate'),
    Distance: sensor('distance'),
    Weight: sensor('weight'),
    Loudness: sensor('loudness'),
    'Acceleration_X*': { ...sensor('acceleration'), channel: 'x' },
    'Acceleration_Y*': { ...sensor('acceleration'), channel: 'y' },
    'Acceleration_Z*': { ...sensor('acceleration'), channel: 'z' },
    'RF_signal_strength*': sensor('rssi'),
  },
  '50 meter': meters(),
  '91 central_scene': {
    'scene.*': { metric: 'action', channel: '{*}', words: keys },
  },
  '98 door_lock': { currentMode: { metric: 'lock', type: 'state', words: { 255: 'locked', 0: 'unlocked' } } },
  '113 notification': {
    'Home_Security.Motion_sensor_status': { metric: 'motion', words: { 0: false, 7: true, 8: true } },
    'Home_Security.Cover_status': { metric: 'tamper', words: { 0: false, 3: true } },
    'Access_Control.Door_state*': { metric: 'door', words: { 22: 'open', 23: 'closed' } },
    'Water_Alarm.Sensor_status': { metric: 'water_leak', words: { 0: false, 1: true, 2: true } },
    'Smoke_Alarm.Sensor_status': { metric: 'smoke', words: { 0: false, 1: true, 2: true } },
  },
  '128 battery': { level: 'battery', isLow: 'battery_low' },
}

/** Keys of meters: type × 65536 + scale × 256 + rate, which is 2 for what is fed back, or a name such as `Electric_kWh_Consumed`. */
function meters(): Readings {
  const electric = ['energy', '', 'power', '', 'voltage', 'current', 'power_factor']
  const names = ['kWh', '', 'W', '', 'V', 'A', 'Power_Factor']
  const readings: Readings = {}
  electric.forEach((metric, scale) => {
    if (metric === '') return
    const returned = metric === 'energy' || metric === 'power' ? `${metric}_returned` : metric
    for (const rate of [0, 1, 2]) readings[`value.${65_536 + scale * 256 + rate}`] = rate === 2 ? returned : metric
    readings[`value.Electric_${names[scale]}*`] = metric
    readings[`value.Electric_${names[scale]}_Produced*`] = returned
  })
  for (const rate of [0, 1]) {
    readings[`value.${131_072 + rate}`] = { metric: 'gas_volume', unit: 'm3' }
    readings[`value.${131_328 + rate}`] = { metric: 'gas_volume', unit: 'ft3' }
    readings[`value.${196_608 + rate}`] = { metric: 'water_volume', unit: 'm3' }
    readings[`value.${196_864 + rate}`] = { metric: 'water_volume', unit: 'ft3' }
    readings[`value.${197_120 + rate}`] = { metric: 'water_volume', unit: 'gal' }
  }
  return readings
}

const readings: Readings = Object.fromEntries(
  Object.entries(classes).flatMap(([names, members]) =>
    names.split(' ').flatMap((name) => Object.entries(members).map(([path, rule]) => [`${name}.${path}`, rule])),
  ),
)

const prefix = '{prefix:zwave|zwavejs|zwave-js|zwave2mqtt|zwavejs2mqtt|zwave-js-ui}'
const named = Object.keys(classes)
  .map((names) => names.split(' ')[1])
  .join('|')
/** Endpoint 0 is the device itself; without a number in named topics. */
const root = [
  `${prefix}/{node...}/{class:number}/0`,
  `${prefix}/{node...}/{class:${named}}`,
  `${prefix}/{node...}/{class:${named}}/endpoint_0`,
]
const endpoints = [
  `${prefix}/{node...}/{class:number}/{endpoint:number}`,
  `${prefix}/{node...}/{class:${named}}/endpoint_{endpoint:number}`,
]
const values = { device: '{node}', at: 'value', time: { at: 'time|lastUpdate', format: 'ms' }, readings } as const

/** Payloads are a time and a value, the whole value with its unit, or the bare value. */
export const zwaveJsUi = defineDevice({
  id: 'zwave-js-ui',
  name: 'Z-Wave JS UI',
  family: 'zwave',
  about: 'https://zwave-js.github.io/zwave-js-ui/#/usage/setup?id=gateway',
  messages: [
    { topic: [`${prefix}/{node...}/set`], ignore: 'command_topic' },
    { topic: `${prefix}/_CLIENTS/{client}/status`, availability: { at: 'value', scope: 'bridge' } },
    { topic: [`${prefix}/{list:_CLIENTS|_EVENTS|_EVENTS_}/{rest...}`], ignore: 'ignored_topic' },
    {
      topic: `${prefix}/{node...}/status`,
      when: { at: '$.status', exists: true },
      device: '{node}',
      availability: { at: 'status', online: ['Alive', 'Awake', 'Asleep'], offline: ['Dead'] },
    },
    { topic: `${prefix}/{node...}/status`, device: '{node}', availability: { at: 'value' } },
    { topic: `${prefix}/{node...}/{part:lastActive|nodeinfo|version|hassDevices}`, ignore: 'ignored_topic' },
    { topic: root.map((topic) => `${topic}/{property}`), under: '{class}/{property}', ...values },
    { topic: root.map((topic) => `${topic}/{property}/{key}`), under: '{class}/{property}/{key}', ...values },
    {
      topic: endpoints.map((topic) => `${topic}/{property}`),
      under: '{class}/{property}',
      channel: 'endpoint_{endpoint}',
      ...values,
    },
    {
      topic: endpoints.map((topic) => `${topic}/{property}/{key}`),
      under: '{class}/{property}/{key}',
      channel: 'endpoint_{endpoint}',
      ...values,
    },
    // Topics that a person has chosen.
    { topic: `${prefix}/{node...}/{property}`, under: '{property}', ...values, readings: {}, others: 'known' },
  ],
  examples: [
    {
      topic: 'zwave/Kitchen/Multisensor/sensor_multilevel/endpoint_0/Humidity',
      payload: '{"time":1780315195500,"value":48.5}',
      readings: [
        {
          device: 'zwave:Kitchen_Multisensor-0adeda',
          metric: 'humidity',
          value: 48.5,
          unit: '%RH',
          time: '2026-06-01T11:59:55.500Z',
        },
      ],
    },
    {
      topic: 'zwave/nodeID_12/49/1/Air_temperature',
      payload:
        '{"id":"49-1-Air temperature","nodeId":12,"commandClass":49,"endpoint":1,"property":"Air temperature","unit":"°F","value":59,"lastUpdate":1780315195500}',
      readings: [
        {
          device: 'zwave:nodeID_12',
          metric: 'temperature',
          channel: 'endpoint_1',
          value: 15,
          unit: 'Cel',
          time: '2026-06-01T11:59:55.500Z',
        },
      ],
    },
    {
      topic: 'zwave/nodeID_12/50/0/value/66049',
      payload: '84.2',
      readings: [{ metric: 'power', value: 84.2, unit: 'W' }],
    },
    {
      topic: 'zwave/nodeID_7/113/0/Home_Security/Motion_sensor_status',
      payload: '{"time":1780315195500,"value":8}',
      readings: [{ metric: 'motion', value: true, unit: null }],
    },
    {
      topic: 'zwave/nodeID_7/91/0/scene/002',
      payload: '{"time":1780315195500,"value":3}',
      readings: [{ metric: 'action', channel: '002', value: 'pressed_2x', unit: null }],
    },
    {
      topic: 'zwave/nodeID_7/status',
      payload: '{"time":1780315195500,"value":false,"status":"Dead","nodeId":7}',
      online: false,
    },
    { topic: 'zwave/nodeID_7/38/0/targetValue/set', payload: '99', rejected: ['command_topic'] },
    { topic: 'zwave/nodeID_7/128/0/level', payload: '{"time":1780315195500,"value":null}', rejected: ['null_value'] },
    { topic: 'zwave/nodeID_7/112/0/3', payload: '{"time":1780315195500,"value":30}', rejected: ['ignored_topic'] },
  ],
})
