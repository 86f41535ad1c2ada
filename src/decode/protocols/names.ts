/** Protocols that data cannot express: a closed list. Each is a module of its name in this folder. */
export const protocolNames = [
  'dsmr-p1',
  'espeasy',
  'generic',
  'ha-discovery',
  'homie',
  'influx',
  'lines',
  'modbus-rtu',
  'mysensors',
  'nmea0183',
  'rflink',
  'ruuvi',
  'senml',
  'sparkplug',
  'thethingsstack',
  'vedirect',
  'zigbee2mqtt',
] as const

export type ProtocolName = (typeof protocolNames)[number]
