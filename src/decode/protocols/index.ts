import { dsmrP1 } from './dsmr-p1.ts'
import { espeasy } from './espeasy.ts'
import { generic } from './generic.ts'
import { haDiscovery } from './ha-discovery.ts'
import { homie } from './homie.ts'
import { influx } from './influx.ts'
import { lines } from './lines.ts'
import { modbusRtu } from './modbus-rtu.ts'
import { mysensors } from './mysensors.ts'
import type { ProtocolName } from './names.ts'
import { nmea0183 } from './nmea0183.ts'
import type { Protocol } from './protocol.ts'
import { rflink } from './rflink.ts'
import { ruuvi } from './ruuvi.ts'
import { senml } from './senml.ts'
import { sparkplug } from './sparkplug.ts'
import { thethingsstack } from './thethingsstack.ts'
import { vedirect } from './vedirect.ts'
import { zigbee2mqtt } from './zigbee2mqtt.ts'

export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  'dsmr-p1': dsmrP1,
  generic,
  influx,
  lines,
  'modbus-rtu': modbusRtu,
  mysensors,
  nmea0183,
  rflink,
  ruuvi,
  senml,
  sparkplug,
  thethingsstack,
  vedirect,
  espeasy,
  zigbee2mqtt,
  homie,
  'ha-discovery': haDiscovery,
}
