import { defineDevice } from '../src/decode/profile.ts'
import { bleMessages } from './theengs.ts'

const gateway = '{base...}/{gateway}'

/** Modules for sensors that are wired to the gateway itself. */
const wired =
  'CLIMAtoMQTT|DHTtoMQTT|BMEtoMQTT|HTUtoMQTT|AHTtoMQTT|SHTC3toMQTT|DS1820toMQTT|LUXtoMQTT|TSL2561toMQTT|INAtoMQTT|RN8209toMQTT|HCSR501toMQTT|HCSR04toMQTT'

/** Modules that hand on codes, switch something, or tell about the gateway. */
const mute =
  '433toMQTT|IRtoMQTT|WebUItoMQTT|LOGtoMQTT|SRFBtoMQTT|2GtoMQTT|BLEtoMQTT|GFSUNINVERTERtoMQTT|RLStoMQTT|PILIGHTtoMQTT|RFM69toMQTT|RFtoMQTT|ONOFFtoMQTT|GPIOInputtoMQTT|TouchtoMQTT|ADCtoMQTT|SSD1306toMQTT|version'

/** The same Bluetooth sensors as those of Theengs Gateway, which may hear them at the same time. */
export const openmqttgateway = defineDevice({
  id: 'openmqttgateway',
  name: 'OpenMQTTGateway (Bluetooth, LoRa and wired sensors)',
  family: 'ble',
  about: 'https://docs.openmqttgateway.com/use/gateway.html',
  messages: [
    {
      topic: ['{base...}/OpenMQTTGateway/LWT', '{base...}/OpenMQTTGateway{variant}/LWT', '{base...}/OMG{variant}/LWT'],
      availability: { scope: 'bridge' },
    },
    ...bleMessages(gateway),
    {
      topic: `${gateway}/SYStoMQTT`,
      form: 'object',
      device: '{gateway}',
      readings: { rssi: 'rssi', uptime: 'uptime', tempc: 'device_temperature' },
    },
    {
      topic: [`${gateway}/LORAtoMQTT`, `${gateway}/LORAtoMQTT/{node}`],
      form: 'object',
      device: '{$.id|node|gateway}',
      readings: { tempc: 'temperature', tempf: null, hum: 'humidity', batt: 'battery', volt: 'battery_voltage' },
      others: 'known',
    },
    {
      topic: [
        `${gateway}/{kind:${wired}}`,
        `${gateway}/{kind:${wired}}/{sensor}`,
        `${gateway}/{kind:${wired}}/ds1820/{sensor}`,
      ],
      form: 'object',
      device: '{gateway}',
      channel: '{sensor}',
      readings: {
        tempc: 'temperature',
        hum: 'humidity',
        pa: { metric: 'pressure', unit: 'Pa' },
        altim: 'altitude',
        lux: 'illuminance',
        lx: 'illuminance',
        volt: 'voltage',
        current: 'current',
        power: 'power',
        presence: 'presence',
        distance: { metric: 'distance', unit: 'cm' },
      },
    },
    {
      topic: [
        `${gateway}/{kind:${mute}}`,
        `${gateway}/{kind:${mute}}/{code}`,
        '{base}/home_presence/{gateway}',
        '{base}/presence/{gateway}',
      ],
      ignore: 'ignored_topic',
    },
  ],
  examples: [
    {
      topic: 'home/OpenMQTTGateway_ESP32/BTtoMQTT/C47C8D6A0B1C',
      payload:
        '{"id":"c4:7c:8d:6a:0b:1c","mac_type":0,"rssi":-64,"model_id":"HHCCJCY01HHCC","moi":31,"fer":412,"lux":"1180"}',
      readings: [
        { device: 'ble:C4:7C:8D:6A:0B:1C', metric: 'rssi', value: -64, unit: 'dBm' },
        { metric: 'soil_moisture', value: 31, unit: '/100' },
        { metric: 'conductivity', value: 412, unit: 'uS/cm' },
        { metric: 'illuminance', value: 1180, unit: 'lx' },
      ],
    },
    {
      topic: 'home/OpenMQTTGateway/CLIMAtoMQTT/bme',
      payload: '{"tempc":22.4,"tempf":72.32,"hum":40.1,"pa":100870}',
      readings: [
        { device: 'ble:OpenMQTTGateway', metric: 'temperature', channel: 'bme', value: 22.4, unit: 'Cel' },
        { metric: 'humidity', channel: 'bme', value: 40.1, unit: '%RH' },
        { metric: 'pressure', channel: 'bme', value: 1008.7, unit: 'hPa' },
      ],
    },
    {
      topic: 'home/OpenMQTTGateway/CLIMAtoMQTT/ds1820/0x2861a4',
      payload: '{"tempc":6.5,"tempf":43.7,"type":"DS18B20","addr":"2861a4"}',
      readings: [{ metric: 'temperature', channel: '0x2861a4', value: 6.5, unit: 'Cel' }],
    },
    {
      topic: 'home/OpenMQTTGateway/HCSR501toMQTT',
      payload: '{"presence":"true"}',
      readings: [{ metric: 'presence', value: true, unit: null }],
    },
    { topic: 'home/OMG_attic/LWT', payload: 'online', retain: true, online: true },
    {
      topic: 'home/OpenMQTTGateway/BTtoMQTT/7A0B1C2D3E4F',
      payload: '{"id":"7A:0B:1C:2D:3E:4F","mac_type":1,"rssi":-88,"manufacturerdata":"4c0010"}',
      rejected: ['ignored_device'],
    },
  ],
})
