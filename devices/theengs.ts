import { defineDevice, type ProfileInput, type Readings } from '../src/decode/profile.ts'

const probe = (channel: string) => ({ metric: 'temperature', channel })
const axis = (channel: string) => ({ metric: 'acceleration', channel })
const tyre = { metric: 'pressure', unit: 'bar', range: [0, 20_000] as [number, number] }

/** Names of Theengs Decoder, which OpenMQTTGateway has built in. https://decoder.theengs.io/use/properties.html */
const bleReadings: Readings = {
  tempc: 'temperature',
  ...{ tempc1: probe('1'), tempc2: probe('2'), tempc3: probe('3') },
  ...{ tempc4: probe('4'), tempc5: probe('5'), tempc6: probe('6') },
  tempc2_dp: 'dew_point',
  hum: 'humidity',
  batt: 'battery',
  lowbatt: 'battery_low',
  volt: 'battery_voltage',
  rssi: 'rssi',
  pres: [{ when: { at: '$.model_id', is: 'TPMS' }, ...tyre }, { metric: 'pressure' }],
  lux: 'illuminance',
  moi: { metric: 'soil_moisture', unit: '%' },
  fer: 'conductivity',
  ...{ co2: 'co2', pm25: 'pm25', pm10: 'pm10' },
  // A mass in the air, where the metric of that name is a part of it.
  for: { metric: 'formaldehyde_mass', unit: 'mg/m3' },
  ...{ accx: axis('x'), accy: axis('y'), accz: axis('z') },
  ...{ x_axis: axis('x'), y_axis: axis('y'), z_axis: axis('z') },
  mov: { metric: 'movement_counter', kind: 'gauge' },
  weight: { metric: 'weight', unitAt: '$.unit' },
  impedance: 'resistance',
  steps: { metric: 'steps', unit: 'count' },
  bpm: { metric: 'heart_rate', unit: '1/min' },
  act_bpm: { metric: 'heart_rate', unit: '1/min', channel: 'activity' },
  ...{ energy: 'energy', power: 'power', current: 'current', voltage: 'voltage' },
  litres: { metric: 'water_volume', unit: 'l' },
  lvl_cm: { metric: 'distance', unit: 'cm' },
  position: { metric: 'position', unit: '%' },
  gravity: { metric: 'specific_gravity', unit: '/' },
  open: [
    { when: { is: [true, false] }, metric: 'door' },
    { metric: 'position', unit: '%' },
  ],
  contact: { metric: 'contact', words: { open: false, closed: true } },
  unlocked: { metric: 'lock', words: { true: 'unlocked', false: 'locked' } },
  ...{ motion: 'motion', alarm: 'alarm' },
  moving: { metric: 'motion', channel: 'moving' },
  presence: { metric: 'presence', words: { present: true, absent: false } },
  darkness: 'illuminance',
  level: { metric: 'fill_level', unit: '%' },
  tx: 'tx_power',
  radon: { metric: 'radon', unit: 'Bq/m3' },
  voc: { metric: 'voc', unit: null },
}

/** Telephones, watches and other beacons change their address every quarter of an hour: each would be a new device. */
const passing = ['GAEN', 'MS-CDP', 'APPLEDEVICE', 'APPLEWATCH', 'APPLE_CONT', 'APPLE_CONTAT']
const undecoded = ['tempc', 'hum', 'batt', 'volt', 'moi', 'lux', 'open', 'motion', 'weight', 'pres', 'accx', 'mov'].map(
  (name) => ({ at: `$.${name}`, exists: false }),
)

/** One device by its address, whichever gateway hears it. */
export function bleMessages(gateway: string): ProfileInput['messages'] {
  const topic = [`${gateway}/BTtoMQTT/{mac:mac}`, `${gateway}/BTtoMQTT`]
  return [
    { topic: [`${gateway}/commands/{command}`, `${gateway}/commands/{command}/{part}`], ignore: 'command_topic' },
    { topic: `${gateway}/BTtoMQTT/undecoded/{mac}`, ignore: 'ignored_device' },
    { topic, when: { at: '$.type', is: 'RMAC' }, ignore: 'ignored_device' },
    { topic, when: { at: '$.model_id', is: passing }, ignore: 'ignored_device' },
    { topic, when: [{ at: '$.mac_type', is: [1, 2, 3] }, ...undecoded], ignore: 'ignored_device' },
    {
      topic,
      when: [
        { at: '$.model_id', is: 'IBEACON' },
        { at: '$.mac_type', exists: false },
      ],
      ignore: 'ignored_device',
    },
    // `distance` is only another way to tell the signal strength.
    { topic, form: 'object', device: '{mac|$.id}', mac: true, name: '{$.name}', readings: bleReadings },
  ]
}

const gateway = '{base...}/Theengs{variant}'

export const theengs = defineDevice({
  id: 'theengs',
  name: 'Theengs Gateway (Bluetooth sensors)',
  family: 'ble',
  about: 'https://gateway.theengs.io/use/use.html',
  messages: [
    { topic: `${gateway}/LWT`, availability: { scope: 'bridge' } },
    ...bleMessages(gateway),
    { topic: [`${gateway}/internal`, `${gateway}/presence`], ignore: 'ignored_topic' },
  ],
  examples: [
    {
      topic: 'home/TheengsGateway/BTtoMQTT/582D34A1B2C3',
      payload:
        '{"name":"MJ_HT_V1","id":"58:2D:34:A1:B2:C3","rssi":-71,"brand":"Xiaomi","model":"Mi Jia","model_id":"LYWSDCGQ","tempc":-3.4,"tempf":25.88,"hum":81.2,"batt":54}',
      readings: [
        { device: 'ble:58:2D:34:A1:B2:C3', metric: 'rssi', value: -71, unit: 'dBm' },
        { metric: 'temperature', value: -3.4, unit: 'Cel' },
        { metric: 'humidity', value: 81.2, unit: '%RH' },
        { metric: 'battery', value: 54, unit: '%EL' },
      ],
    },
    {
      topic: 'home/TheengsGateway/BTtoMQTT/80EACA112233',
      payload: '{"id":"80:EA:CA:11:22:33","model_id":"TPMS","pres":2.31,"tempc":18,"batt":90,"alarm":false}',
      readings: [
        { metric: 'pressure', value: 2310, unit: 'hPa' },
        { metric: 'temperature', value: 18, unit: 'Cel' },
        { metric: 'battery', value: 90, unit: '%EL' },
        { metric: 'alarm', value: false, unit: null },
      ],
    },
    { topic: 'home/TheengsGateway/LWT', payload: 'offline', retain: true, online: false },
    {
      topic: 'home/TheengsGateway/BTtoMQTT/6B1122334455',
      payload: '{"id":"6B:11:22:33:44:55","rssi":-90,"type":"RMAC","model_id":"GAEN","rpi":"00ff"}',
      rejected: ['ignored_device'],
    },
    { topic: 'home/TheengsGateway/BTtoMQTT/582D34A1B2C3', payload: '{"hum":127.5}', rejected: ['out_of_range'] },
  ],
})
