import { defineDevice, type Readings } from '../src/decode/profile.ts'

const readings: Readings = {
  temperature: 'temperature',
  humidity: 'humidity',
  pressure: { metric: 'pressure', unit: 'Pa' },
  accelX: { metric: 'acceleration', unit: 'g', channel: 'x' },
  accelY: { metric: 'acceleration', unit: 'g', channel: 'y' },
  accelZ: { metric: 'acceleration', unit: 'g', channel: 'z' },
  // Eight bits that start over: a drop is no fault.
  movementCounter: { metric: 'movement_counter', kind: 'gauge' },
  voltage: 'battery_voltage',
  txPower: 'tx_power',
  "['PM1.0']": 'pm1',
  "['PM2.5']": 'pm25',
  "['PM4.0']": 'pm4',
  "['PM10.0']": 'pm10',
  CO2: 'co2',
  VOC: 'voc_index',
  NOx: 'nox_index',
  luminosity: 'illuminance',
  sound_avg_dba: 'sound_level',
  sound_inst_dba: { metric: 'sound_level', channel: 'instant' },
  sound_peak_spl_db: { metric: 'sound_level', channel: 'peak', unit: 'dB' },
  rssi: 'rssi',
}

/** A tag is known by its address in the topic, whichever gateway hears it; `id` in the payload may be a part of it only. */
export const ruuviGateway = defineDevice({
  id: 'ruuvi-gateway',
  name: 'Ruuvi Gateway with RuuviTag and Ruuvi Air',
  family: 'ruuvi',
  about: 'https://docs.ruuvi.com/gw-data-formats/mqtt-time-stamped-data-from-bluetooth-sensors',
  silentAfterMs: 15 * 60_000,
  messages: [
    {
      topic: ['{prefix...}/{gateway:mac}/gw_status', '{gateway:mac}/gw_status'],
      availability: { at: 'state', scope: 'bridge' },
    },
    { topic: '{prefix...}/{gateway:mac}/{what:gw_cmd|gw_response}', ignore: 'command_topic' },
    {
      topic: ['{prefix...}/{gateway:mac}/{tag:mac}', '{gateway:mac}/{tag:mac}'],
      form: 'object',
      when: { at: '$.gw_mac', exists: true },
      protocol: 'ruuvi',
      device: '{tag}',
      mac: true,
      name: '{$.name}',
      // Without a clock the gateway sends `cnt`, a count, in place of `ts`.
      time: { at: 'ts', format: 's' },
      sequence: '{$.measurementSequenceNumber}',
      readings,
    },
  ],
  examples: [
    {
      topic: 'ruuvi/C0:FF:EE:00:00:01/D4:11:22:33:44:55',
      payload:
        '{"gw_mac":"C0:FF:EE:00:00:01","rssi":-61,"aoa":[],"gwts":1780315200,"ts":1780315199,"data":"0201061BFF99040500C84E20C3508000800003E8AF160A0001D41122334455","coords":""}',
      receivedAt: '2026-06-01T12:00:01Z',
      readings: [
        {
          device: 'ruuvi:D4:11:22:33:44:55',
          metric: 'rssi',
          value: -61,
          unit: 'dBm',
          time: '2026-06-01T11:59:59.000Z',
        },
        { metric: 'temperature', value: 1, unit: 'Cel' },
        { metric: 'humidity', value: 50, unit: '%RH' },
        { metric: 'pressure', value: 1000, unit: 'hPa' },
        { metric: 'acceleration', channel: 'z', value: 9.80665, unit: 'm/s2' },
        { metric: 'battery_voltage', value: 3, unit: 'V' },
        { metric: 'tx_power', value: 4, unit: 'dBm' },
        { metric: 'movement_counter', value: 10, unit: 'count' },
      ],
      rejected: ['null_value', 'null_value'],
    },
    {
      topic: 'ruuvi/C0:FF:EE:00:00:01/D4:AA:BB:CC:DD:EE',
      payload:
        '{"gw_mac":"C0:FF:EE:00:00:01","rssi":-48,"cnt":12,"dataFormat":3,"temperature":-2.5,"humidity":101.5,"pressure":99050}',
      readings: [
        { device: 'ruuvi:D4:AA:BB:CC:DD:EE', metric: 'rssi', value: -48, unit: 'dBm' },
        { metric: 'temperature', value: -2.5, unit: 'Cel' },
        { metric: 'pressure', value: 990.5, unit: 'hPa' },
      ],
      rejected: ['out_of_range'],
    },
    // Somebody's telephone.
    {
      topic: 'ruuvi/C0:FF:EE:00:00:01/5A:01:02:03:04:05',
      payload: '{"gw_mac":"C0:FF:EE:00:00:01","rssi":-80,"cnt":13,"data":"02011A0AFF4C001005031C6E2F41"}',
      rejected: ['ignored_device'],
    },
    { topic: 'ruuvi/C0:FF:EE:00:00:01/gw_status', payload: '{"state":"online"}', online: true },
  ],
})
