import { type Profile, type ProfileInput, profileSchema } from '../src/decode/profile.ts'
import { dsmrP1 } from './dsmr-p1.ts'
import { dsmrReader } from './dsmr-reader.ts'
import { eastronSdm } from './eastron-sdm.ts'
import { espeasy } from './espeasy.ts'
import { esphome } from './esphome.ts'
import { generic } from './generic.ts'
import { haDiscovery } from './ha-discovery.ts'
import { homie } from './homie.ts'
import { influxLineProtocol } from './influx-line-protocol.ts'
import { jeelinkLacrosse } from './jeelink-lacrosse.ts'
import { lines } from './lines.ts'
import { mhZ19 } from './mh-z19.ts'
import { mysensors } from './mysensors.ts'
import { nmea0183 } from './nmea0183.ts'
import { openmqttgateway } from './openmqttgateway.ts'
import { owntracks } from './owntracks.ts'
import { pms3003 } from './pms3003.ts'
import { pms5003 } from './pms5003.ts'
import { rflink } from './rflink.ts'
import { rtl433 } from './rtl_433.ts'
import { ruuviGateway } from './ruuvi-gateway.ts'
import { sds011 } from './sds011.ts'
import { senml } from './senml.ts'
import { senseairS8 } from './senseair-s8.ts'
import { sensors } from './sensors.ts'
import { shellyGen1 } from './shelly-gen1.ts'
import { shellyGen2 } from './shelly-gen2.ts'
import { sparkplugB } from './sparkplug-b.ts'
import { tasmota } from './tasmota.ts'
import { theengs } from './theengs.ts'
import { thethingsstack } from './thethingsstack.ts'
import { valetudo } from './valetudo.ts'
import { vedirect } from './vedirect.ts'
import { victron } from './victron.ts'
import { xyMd02 } from './xy-md02.ts'
import { zigbee2mqtt } from './zigbee2mqtt.ts'
import { zwaveJsUi } from './zwave-js-ui.ts'

/**
 * Every family that ships, in the order in which they are asked whether a topic is theirs: those with topics of their own first, then those
 * with free prefixes, and last the one that takes what is left.
 */
const shipped: readonly ProfileInput[] = [
  shellyGen1,
  ruuviGateway,
  rtl433,
  theengs,
  openmqttgateway,
  victron,
  valetudo,
  owntracks,
  zwaveJsUi,
  tasmota,
  zigbee2mqtt,
  sparkplugB,
  thethingsstack,
  dsmrReader,
  homie,
  haDiscovery,
  // Recognised by the form of the message, on topics that others would take by their name alone.
  senml,
  influxLineProtocol,
  sensors,
  shellyGen2,
  esphome,
  dsmrP1,
  eastronSdm,
  jeelinkLacrosse,
  mhZ19,
  mysensors,
  rflink,
  senseairS8,
  vedirect,
  xyMd02,
  lines,
  nmea0183,
  pms3003,
  pms5003,
  sds011,
  espeasy,
  generic,
]

/** The same with the defaults of the schema. That their paths, templates and units make sense is checked by a test, not at each start. */
export const families: readonly Profile[] = shipped.map((family) => profileSchema.parse(family))
