import { generic } from './generic.ts'
import { lines } from './lines.ts'
import type { ProtocolName } from './names.ts'
import { nmea0183 } from './nmea0183.ts'
import type { Protocol } from './protocol.ts'
import { ruuvi } from './ruuvi.ts'
import { senml } from './senml.ts'
import { sparkplug } from './sparkplug.ts'
import { zigbee2mqtt } from './zigbee2mqtt.ts'

export const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  generic,
  lines,
  nmea0183,
  ruuvi,
  senml,
  sparkplug,
  zigbee2mqtt,
}
