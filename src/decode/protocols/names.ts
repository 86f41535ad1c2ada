/** Protocols that data cannot express: a closed list. Each is a module of its name in this folder. */
export const protocolNames = ['generic', 'lines', 'nmea0183', 'ruuvi', 'senml', 'sparkplug', 'zigbee2mqtt'] as const

export type ProtocolName = (typeof protocolNames)[number]
