import type { Sentence } from './nmea0183-sentence.ts'

/** What each sentence carries, by its three letters; sentences that are not here carry nothing we read. */
export const nmeaSentences: Readonly<Record<string, (sentence: Sentence) => void>> = {
  DBK: (s) => takeSounding(s, 'below_keel'),
  DBS: (s) => takeSounding(s, 'below_surface'),
  DBT: (s) => takeSounding(s, 'below_transducer'),
  DPT: takeDepth,
  GGA: takeFix,
  GLL(s) {
    if (s.text(6) === 'V' || unfixed.has(s.text(7))) s.noValue()
    else s.takePosition(1)
  },
  GNS(s) {
    if (/^[NMS]*$/.test(s.text(6))) return s.noValue()
    s.takePosition(2)
    s.take({ metric: 'satellites' }, 7)
    s.take({ metric: 'hdop' }, 8)
    s.take(metres, 9)
  },
  GSA(s) {
    if (s.text(2) === '1') s.noValue()
    else s.take({ metric: 'hdop' }, 16)
  },
  HDG: takeMagneticHeading,
  HDM: (s) => s.take(heading, 1, 'magnetic'),
  HDT: (s) => s.take(heading, 1, 'true'),
  HVM: (s) => s.take(variation, 1),
  MDA: takeWeather,
  MMB: takePressure,
  MHU: (s) => s.take({ metric: 'humidity' }, 1),
  MTA: (s) => s.takeIn('temperature', 1, s.text(2) || 'Cel'),
  MTW: (s) => s.takeIn('water_temperature', 1, s.text(2) || 'Cel'),
  MWD(s) {
    s.take(windDirection, 1, 'true')
    if (s.text(7) !== '') s.takeIn('wind_speed', 7, 'm/s', 'true')
    else s.takeIn('wind_speed', 5, 'kn', 'true')
  },
  MWV: takeWind,
  RMC: takeMinimum,
  RPM(s) {
    if (s.text(5) !== 'A') return s.noValue()
    s.takeIn('fan_speed', 3, '1/min', `${s.text(1) === 'S' ? 'shaft' : 'engine'}_${s.text(2) || 0}`)
  },
  ROT(s) {
    if (s.text(2) === 'A') s.takeIn('angular_speed', 1, 'deg/min')
    else s.noValue()
  },
  RSA(s) {
    if (s.text(2) === 'A') s.take(rudder, 1, s.text(4) === 'A' ? 'starboard' : undefined)
    else s.noValue()
    if (s.text(4) === 'A') s.take(rudder, 3, 'port')
  },
  THS(s) {
    if (s.text(2) === 'V') s.noValue()
    else s.take(heading, 1, 'true')
  },
  VBW(s) {
    if (s.text(3) === 'A') s.takeIn('speed', 1, 'kn', 'water')
    if (s.text(6) === 'A') s.takeIn('speed', 4, 'kn', 'ground')
    if (s.text(3) !== 'A' && s.text(6) !== 'A') s.noValue()
  },
  VDR(s) {
    s.take(currentDirection, 1, 'true')
    s.takeIn('current_speed', 5, 'kn')
  },
  VHW(s) {
    s.take(heading, 1, 'true')
    s.take(heading, 3, 'magnetic')
    s.takeIn('speed', 5, 'kn', 'water')
  },
  VLW(s) {
    s.takeIn('distance', 1, 'nmi', 'water_total')
    s.takeIn('distance', 3, 'nmi', 'water_trip')
    s.takeIn('distance', 5, 'nmi', 'ground_total')
    s.takeIn('distance', 7, 'nmi', 'ground_trip')
  },
  VPW: (s) => (s.text(1) === '' ? s.takeIn('speed', 3, 'm/s', 'to_wind') : s.takeIn('speed', 1, 'kn', 'to_wind')),
  VTG(s) {
    if (unfixed.has(s.text(9))) return s.noValue()
    s.take({ metric: 'course' }, 1)
    // Before version 2.0 no letters stood between the numbers.
    if (s.length < 8) s.takeIn('speed', 3, 'kn')
    else if (s.text(5) !== '') s.takeIn('speed', 5, 'kn')
    else s.takeIn('speed', 7, 'km/h')
  },
  VWR: (s) => takeSidedWind(s, 'apparent'),
  VWT: (s) => takeSidedWind(s, 'true'),
  XDR: takeTransducers,
}

const depth = { metric: 'depth', unit: 'm' } as const
const feet = { metric: 'depth', unit: 'ft' } as const
const fathoms = { metric: 'depth', unit: 'ft', scale: 6 } as const
const heading = { metric: 'heading', unit: 'deg' } as const
const metres = { metric: 'altitude', unit: 'm' } as const
const windDirection = { metric: 'wind_direction', unit: 'deg' } as const

const currentDirection = { metric: 'current_direction' } as const
const variation = { metric: 'magnetic_variation' } as const
const rudder = { metric: 'rudder_angle' } as const

/** Modes of a receiver in which a position is none that it measured: no fix, simulated, typed in by hand. */
const unfixed: ReadonlySet<string> = new Set(['N', 'S', 'M'])

/** A depth in feet, metres and fathoms, of which some instruments fill in one. */
function takeSounding(s: Sentence, channel: string): void {
  if (s.text(3) !== '') s.take(depth, 3, channel)
  else if (s.text(1) !== '') s.take(feet, 1, channel)
  else s.take(fathoms, 5, channel)
}

/** HDG: the compass as it stands; with its deviation it is the magnetic heading, with the variation the true one. */
function takeMagneticHeading(s: Sentence): void {
  const deviation = signed(s.text(2), s.text(3)) ?? 0
  const variation = signed(s.text(4), s.text(5))
  if (!/^\d+(\.\d*)?$/.test(s.text(1))) return s.take(heading, 1, 'magnetic')
  const magnetic = Number(s.text(1)) + deviation
  s.give(heading, onCompass(magnetic), 'magnetic')
  if (variation !== undefined) s.give(heading, onCompass(magnetic + variation), 'true')
}

function onCompass(degrees: number): number {
  return Math.round((((degrees % 360) + 360) % 360) * 1e6) / 1e6
}

/** Degrees east of north; undefined when not given. */
function signed(text: string, side: string): number | undefined {
  if (!/^\d+(\.\d*)?$/.test(text) || (side !== 'E' && side !== 'W')) return undefined
  return side === 'E' ? Number(text) : -Number(text)
}

/** VWR and VWT: the angle to the bow, left or right, and the speed in knots, m/s and km/h. */
function takeSidedWind(s: Sentence, channel: string): void {
  const angle = s.text(1)
  const side = s.text(2)
  if (angle !== '' && side !== 'L' && side !== 'R') s.reject('wind_direction')
  else if (side === 'L' && /^\d+(\.\d*)?$/.test(angle)) s.give(windDirection, (360 - Number(angle)) % 360, channel)
  else s.take(windDirection, 1, channel)
  if (s.text(3) !== '') s.takeIn('wind_speed', 3, 'kn', channel)
  else if (s.text(5) !== '') s.takeIn('wind_speed', 5, 'm/s', channel)
  else s.takeIn('wind_speed', 7, 'km/h', channel)
}

/** DPT: a positive offset is the way from the transducer up to the surface, a negative one down to the keel. */
function takeDepth(s: Sentence): void {
  s.take(depth, 1, 'below_transducer')
  const offset = Number(s.text(2) || 0)
  if (s.text(1) === '' || offset === 0) return
  const sum = Math.round((Number(s.text(1)) + offset) * 1e6) / 1e6
  s.give(depth, sum, offset > 0 ? 'below_surface' : 'below_keel')
}

function takeFix(s: Sentence): void {
  // 0 none, 7 typed in, 8 simulated.
  if (['', '0', '7', '8'].includes(s.text(6))) return s.noValue()
  s.takePosition(2)
  s.take(metres, 9)
  s.take({ metric: 'satellites' }, 7)
  s.take({ metric: 'hdop' }, 8)
}

/** RMC: time and date are to be trusted only with status A. */
function takeMinimum(s: Sentence): void {
  if (s.text(2) !== 'A' || unfixed.has(s.text(12))) return s.noValue()
  s.date(s.text(1), s.text(9))
  s.takePosition(3)
  s.takeIn('speed', 7, 'kn')
  s.take({ metric: 'course' }, 8)
}

function takeWind(s: Sentence): void {
  if (s.text(5) !== 'A') return s.noValue()
  const reference = s.text(2)
  if (reference !== 'T' && reference !== 'R') return s.reject('reference')
  const channel = reference === 'T' ? 'true' : 'apparent'
  s.take(windDirection, 1, channel)
  s.takeIn('wind_speed', 3, windUnits[s.text(4)] ?? s.text(4), channel)
}

const windUnits: Readonly<Record<string, string>> = { N: 'kn', K: 'km/h', M: 'm/s', S: 'mph' }

/** MMB and the beginning of MDA: inches of mercury, and bar. */
function takePressure(s: Sentence): void {
  if (s.text(3) !== '') s.takeIn('pressure', 3, 'bar')
  else s.takeIn('pressure', 1, 'inHg')
}

function takeWeather(s: Sentence): void {
  takePressure(s)
  s.take({ metric: 'temperature' }, 5)
  s.take({ metric: 'water_temperature' }, 7)
  s.take({ metric: 'humidity' }, 9)
  s.take({ metric: 'dew_point' }, 11)
  s.take(windDirection, 13, 'true')
  if (s.text(19) !== '') s.takeIn('wind_speed', 19, 'm/s', 'true')
  else s.takeIn('wind_speed', 17, 'kn', 'true')
}

/** XDR: type, value, unit and name, again and again. */
function takeTransducers(s: Sentence): void {
  for (let i = 1; i + 3 < s.length + 1; i += 4) {
    const type = s.text(i)
    const known = transducers[type + s.text(i + 2)] ?? transducers[type]
    if (known) s.takeIn(known[0], i + 1, known[1] ?? s.text(i + 2), s.text(i + 3) || undefined)
  }
}

/** Metric and unit by transducer type, and by type and unit letter where the letter is not a unit we know. */
const transducers: Readonly<Record<string, readonly [metric: string, unit?: string]>> = {
  AD: ['angle', 'deg'],
  AR: ['angle', 'rad'],
  C: ['temperature'],
  D: ['distance'],
  // Fill of a tank.
  E: ['fill_level', '/100'],
  FH: ['frequency', 'Hz'],
  H: ['humidity', '%RH'],
  I: ['current'],
  P: ['pressure'],
  PB: ['pressure', 'bar'],
  PP: ['pressure', 'Pa'],
  R: ['flow', 'l/s'],
  T: ['fan_speed', '1/min'],
  U: ['voltage'],
  VM: ['volume', 'm3'],
  VP: ['fill_level', '/100'],
}
