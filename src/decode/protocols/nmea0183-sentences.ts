import type { Sentence } from './nmea0183.ts'

/** What each sentence carries, by its three letters; sentences that are not here carry nothing we read. */
export const nmeaSentences: Readonly<Record<string, (sentence: Sentence) => void>> = {
  /** Depth below keel, surface or transducer, in feet, metres and fathoms. */
  DBK: (s) => s.take(depth, 3, 'below_keel'),
  DBS: (s) => s.take(depth, 3, 'below_surface'),
  DBT: (s) => s.take(depth, 3, 'below_transducer'),
  DPT: takeDepth,
  GGA: takeFix,
  GLL(s) {
    if (s.text(6) === 'V') s.noValue()
    else s.takePosition(1)
  },
  GNS(s) {
    if (/^N*$/.test(s.text(6))) return s.noValue()
    s.takePosition(2)
    s.take({ metric: 'satellites' }, 7)
    s.take({ metric: 'hdop' }, 8)
    s.take(metres, 9)
  },
  HDG: (s) => s.take(heading, 1, 'magnetic'),
  HDM: (s) => s.take(heading, 1, 'magnetic'),
  HDT: (s) => s.take(heading, 1, 'true'),
  MDA: takeWeather,
  MMB: (s) => s.takeIn('pressure', 3, 'bar'),
  MHU: (s) => s.take({ metric: 'humidity' }, 1),
  MTA: (s) => s.take({ metric: 'temperature' }, 1),
  MTW: (s) => s.take({ metric: 'water_temperature' }, 1),
  MWD(s) {
    s.take(windDirection, 1, 'true')
    if (s.text(7) !== '') s.takeIn('wind_speed', 7, 'm/s', 'true')
    else s.takeIn('wind_speed', 5, 'kn', 'true')
  },
  MWV: takeWind,
  RMC: takeMinimum,
  ROT(s) {
    if (s.text(2) === 'A') s.takeIn('angular_speed', 1, 'deg/min')
    else s.noValue()
  },
  VHW(s) {
    s.take(heading, 1, 'true')
    s.take(heading, 3, 'magnetic')
    s.takeIn('speed', 5, 'kn', 'water')
  },
  VTG(s) {
    if (s.text(9) === 'N') return s.noValue()
    s.take({ metric: 'course' }, 1)
    s.takeIn('speed', 5, 'kn')
  },
  XDR: takeTransducers,
}

const depth = { metric: 'depth', unit: 'm' } as const
const heading = { metric: 'heading', unit: 'deg' } as const
const metres = { metric: 'altitude', unit: 'm' } as const
const windDirection = { metric: 'wind_direction', unit: 'deg' } as const

/** DPT: a positive offset is the way from the transducer up to the surface, a negative one down to the keel. */
function takeDepth(s: Sentence): void {
  s.take(depth, 1, 'below_transducer')
  const offset = Number(s.text(2) || 0)
  if (s.text(1) === '' || offset === 0) return
  const sum = Math.round((Number(s.text(1)) + offset) * 1e6) / 1e6
  s.give(depth, sum, offset > 0 ? 'below_surface' : 'below_keel')
}

function takeFix(s: Sentence): void {
  const fix = s.text(6)
  if (fix === '0' || fix === '') return s.noValue()
  s.takePosition(2)
  s.take(metres, 9)
  s.take({ metric: 'satellites' }, 7)
  s.take({ metric: 'hdop' }, 8)
}

/** RMC: time and date are to be trusted only with status A. */
function takeMinimum(s: Sentence): void {
  if (s.text(2) !== 'A') return s.noValue()
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

function takeWeather(s: Sentence): void {
  if (s.text(3) !== '') s.takeIn('pressure', 3, 'bar')
  else s.takeIn('pressure', 1, 'inHg')
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
  A: ['angle', 'deg'],
  AD: ['angle', 'deg'],
  C: ['temperature'],
  D: ['distance'],
  F: ['frequency'],
  H: ['humidity', '%RH'],
  I: ['current'],
  P: ['pressure'],
  PB: ['pressure', 'bar'],
  PP: ['pressure', 'Pa'],
  T: ['fan_speed', '1/min'],
  U: ['voltage'],
  V: ['volume'],
}
