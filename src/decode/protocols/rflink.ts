import type { Draft } from '../draft.ts'
import type { MetricTarget } from '../profile.ts'
import type { Protocol } from './protocol.ts'

/**
 * RFLink Gateway (RFLink Protocol Reference): `20;<counter>;<protocol>;ID=<id>;<label>=<data>;…`. Numbers are hexadecimal or decimal by
 * label. The counter counts lines, not messages of a device.
 */
export const rflink: Protocol = {
  decode(draft) {
    const line = draft.text()?.trim()
    if (line === undefined) draft.reject('not_utf8', 'message')
    else if (line === '') draft.reject('empty', 'message')
    else takeLine(draft, line)
    return true
  },
}

/** Longest line: its buffer has room for so many characters. */
const lengthMax = 256

function takeLine(draft: Draft, line: string): void {
  const [node, counter = '', protocol, ...parts] = line.split(';')
  if (line.length > lengthMax) return draft.reject('too_large', 'message')
  // 10 is what was sent to the gateway.
  if (node === '10') return draft.reject('ignored_frame', 'message')
  if (node !== '20' || protocol === undefined || !/^[0-9A-Fa-f]{2}$/.test(counter))
    return draft.reject('text_syntax', 'message')
  const pairs = parts.map(pairOf).filter((pair) => pair !== undefined)
  const id = pairs.find(([label]) => label === 'ID')?.[1]
  // The version at the start, and answers: OK, PONG, CMD UNKNOWN.
  if (id === undefined || id === '') return draft.reject('ignored_frame', 'message')
  const { frame } = draft
  const prefix = frame.transport === 'serial' && frame.device ? `${frame.device}/` : ''
  draft.about(`${prefix}${protocol}/${id}`)
  const button = pairs.find(([label]) => label === 'SWITCH')?.[1]
  for (const [label, text] of pairs) takeField(draft, label, text, button)
  if (draft.hasReadings) draft.seen(`${protocol} ${id}`)
}

function pairOf(part: string): [label: string, text: string] | undefined {
  const at = part.indexOf('=')
  return at > 0 ? [part.slice(0, at).trim(), part.slice(at + 1).trim()] : undefined
}

function takeField(draft: Draft, label: string, text: string, button: string | undefined): void {
  const field = fields[label]
  if (!field) return
  draft.channel = field.channel ?? (field.switched ? button : undefined)
  const value = field.read ? field.read(text) : text
  if (value === undefined) draft.reject(text === '' ? 'no_value' : 'type_mismatch', label)
  else draft.measure(field.reading, value, label)
}

interface Field {
  readonly reading: MetricTarget
  /** The number of a hexadecimal text; undefined when it is none. Decimal ones are read as everywhere. */
  readonly read?: (text: string) => number | undefined
  readonly channel?: string
  /** The part is the button or relay of the message. */
  readonly switched?: boolean
}

function readHex(text: string): number | undefined {
  return /^[0-9A-Fa-f]{1,8}$/.test(text) ? Number.parseInt(text, 16) : undefined
}

/** Bit 15 is the sign, the rest the amount. */
function readSigned(text: string): number | undefined {
  const bits = readHex(text)
  if (bits === undefined || bits > 0xffff) return undefined
  return bits & 0x8000 ? -(bits & 0x7fff) : bits
}

const tenths = 0.1
const kmh = { unit: 'km/h', scale: tenths } as const
const switches = { ON: true, OFF: false, ALLON: true, ALLOFF: false }

/** By label; the others are settings, colours and melodies. */
const fields: Readonly<Record<string, Field>> = {
  TEMP: { reading: { metric: 'temperature', scale: tenths }, read: readSigned },
  HUM: { reading: { metric: 'humidity' } },
  BARO: { reading: { metric: 'pressure' }, read: readHex },
  UV: { reading: { metric: 'uv_index', scale: tenths }, read: readHex },
  LUX: { reading: { metric: 'illuminance' }, read: readHex },
  BAT: { reading: { metric: 'battery_ok', words: { OK: true, LOW: false } } },
  RAIN: { reading: { metric: 'precipitation', scale: tenths, kind: 'counter' }, read: readHex },
  RAINTOT: { reading: { metric: 'precipitation', scale: tenths, kind: 'counter' }, read: readHex, channel: 'total' },
  RAINRATE: { reading: { metric: 'precipitation_rate', scale: tenths }, read: readHex },
  WINSP: { reading: { metric: 'wind_speed', ...kmh }, read: readHex },
  AWINSP: { reading: { metric: 'wind_speed', ...kmh }, read: readHex, channel: 'average' },
  WINGS: { reading: { metric: 'wind_gust', ...kmh }, read: readHex },
  WINDIR: { reading: { metric: 'wind_direction', scale: 22.5, range: [0, 337.5] } },
  WINCHL: { reading: { metric: 'wind_chill', unit: 'Cel', scale: tenths, range: [-100, 100] }, read: readSigned },
  WINTMP: { reading: { metric: 'temperature', scale: tenths }, read: readSigned, channel: 'wind' },
  CO2: { reading: { metric: 'co2' } },
  SOUND: { reading: { metric: 'sound_level' } },
  KWATT: { reading: { metric: 'energy', unit: 'kWh' }, read: readHex },
  WATT: { reading: { metric: 'power' }, read: readHex },
  CURRENT: { reading: { metric: 'current' }, channel: 'L1' },
  CURRENT2: { reading: { metric: 'current' }, channel: 'L2' },
  CURRENT3: { reading: { metric: 'current' }, channel: 'L3' },
  VOLT: { reading: { metric: 'voltage' } },
  DIST: { reading: { metric: 'distance', unit: 'cm' } },
  METER: { reading: { metric: 'meter', unit: null } },
  CMD: { reading: { metric: 'state', words: switches }, switched: true },
  SMOKEALERT: { reading: { metric: 'smoke' } },
  PIR: { reading: { metric: 'motion' } },
}
