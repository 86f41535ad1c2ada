import { findMetric } from '../../metrics.ts'
import { findUnit } from '../../units.ts'
import { metricOfUnit, targetOf } from '../declared-target.ts'
import type { Draft } from '../draft.ts'
import { isTelling } from '../field.ts'
import { takeNamed } from '../members.ts'
import { meaningOf } from '../names.ts'
import { parseNumber } from '../number.ts'
import { isTimeName, takeTime } from './lines-time.ts'

/** Takes a line that is one number and a unit that tells what is measured: `22.5 °C`. False when it is none. */
export function takeQuantity(draft: Draft, text: string): boolean {
  const number = matchAt(numberText, text, 0)
  const unit = number ? unitAt(text, number[0].length, '') : null
  if (!number || unit?.end !== text.length || !tells(unit.text)) return false
  draft.channel = undefined
  draft.measureAs(targetOf('', unit.text), number[0], 'message')
  return true
}

/**
 * Takes `name=value` and `Name: value unit`, wherever they stand in the line. A log message has a colon too: without a known name or a
 * unit that tells, only a line that is nothing but pairs is believed. False when it is none.
 */
export function takePairs(draft: Draft, text: string): boolean {
  const pairs = scanPairs(text).filter(mayMeasure)
  const sure =
    pairs.some((pair) => isTelling(pair.name) || (pair.unit !== '' && isToldBy(pair))) ||
    (pairs.length > 0 && strictPairs.test(text)) ||
    (loosePairs.test(text) && pairs.some(({ name }) => meaningOf(name)) && pairs.every(isNumeric))
  if (!sure) return false
  if (pairs.length > draft.fieldsMax) {
    draft.reject('too_many_fields', 'message')
    return true
  }
  const taken = new Set<string>()
  for (const { name, value } of pairs) if (isTimeName(name)) takeTime(draft, value, name)
  for (const pair of pairs) if (!isTimeName(pair.name)) takePair(draft, pair, taken)
  return true
}

interface Pair {
  readonly name: string
  readonly value: string
  readonly unit: string
  /** What the pair is said to be of: the words before the quantity, or the heading of the line. */
  readonly place: string | undefined
}

const label = /([\p{L}_][\p{L}\p{N}_ .()[\]#%°*/²³µμ-]{0,47}?)\s*[:=]\s*/uy
const gap = /[\s,;|&(]+/g
/** A comma before a digit is a decimal one, or separates columns: either way the value is not what stands before it. */
const bareValue = /(?:[^\s,;|&]|,(?=\d))+/y
const numberText = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y

function scanPairs(text: string): Pair[] {
  const pairs: Pair[] = []
  let heading: string | undefined
  let at = 0
  while (at < text.length) {
    const found = matchAt(label, text, at)
    if (!found) {
      // A name begins a word: the F of 70.7°F does not.
      gap.lastIndex = at
      at = gap.test(text) ? gap.lastIndex : text.length
      continue
    }
    at = label.lastIndex
    const bare = matchAt(bareValue, text, at)
    if (!bare) continue
    if (isLabel(text, at, bare[0])) {
      heading = found[1]!.trim()
      continue
    }
    const named = placed(found[1]!.trim())
    const { value, unit, end } = valueAt(text, at, bare[0], named.name)
    pairs.push({ ...named, value, unit, place: named.place ?? placeOf(heading) })
    at = end
  }
  return pairs
}

/** `DHT22: Humidity: 40`: what stands behind the colon is the next name. */
function isLabel(text: string, at: number, bare: string): boolean {
  const next = matchAt(label, text, at)
  return next !== null && (/[:=]$/.test(bare) || isTelling(next[1]!.trim()))
}

/** The number at the place with the unit behind it; the whole text there where it is not one clear number. */
function valueAt(text: string, at: number, bare: string, name: string): { value: string; unit: string; end: number } {
  const spoilt = { value: bare, unit: '', end: at + bare.length }
  const number = matchAt(numberText, text, at)
  if (!number) return spoilt
  const end = at + number[0].length
  const unit = unitAt(text, end, name)
  if (unit) return { value: number[0], unit: unit.text, end: unit.end }
  // 52.1 S is not 52.1, which would be north.
  if (isPosition(name) && matchAt(hemisphere, text, end))
    return { ...spoilt, value: text.slice(at, hemisphere.lastIndex) }
  // Letters that are no unit belong to the value, and spoil it: 21.5abc is not 21.5.
  if (bare !== number[0]) return spoilt
  // Nor is `1 200` 1, or 200.
  const next = matchAt(/\s+[+-]?\.?\d\S*/y, text, end)
  return next
    ? { value: number[0] + next[0], unit: '', end: end + next[0].length }
    : { value: number[0], unit: '', end }
}

const hemisphere = /\s{0,2}[NSEW](?![\p{L}\d])/uy

function isPosition(name: string): boolean {
  const metric = meaningOf(name)?.metric
  return metric === 'latitude' || metric === 'longitude'
}

/** `*` stands for the sign of a degree where a display has none. */
const degrees = /\s{0,2}(?:[°º*]\s?|deg(?:rees?|\.)?\s{0,2})(C|F|K|celsius|fahrenheit|kelvin)(?![\p{L}\d]|\s*[:=])/iuy
const unitText = /\s{0,2}([%°ºµμ\p{L}][\p{L}\d%°/²³·]*)(?![\p{L}\d]|\s*[:=])/uy

/** The unit that follows a number, where it fits the name or is known by itself. */
function unitAt(text: string, at: number, name: string): { text: string; end: number } | null {
  const degree = matchAt(degrees, text, at)
  if (degree) return { text: `°${degree[1]![0]!.toUpperCase()}`, end: degrees.lastIndex }
  const match = matchAt(unitText, text, at)
  if (!match) return null
  const end = unitText.lastIndex
  const canonical = findMetric(meaningOf(name)?.metric ?? '')?.unit
  for (const word of [match[1]!, match[1]!.toLowerCase()]) {
    if (canonical && findUnit(word, canonical)) return { text: word, end }
    // Nobody counts coulombs or farads, and 52.1N is a latitude, no speed.
    if (word === 'C' || word === 'F') return { text: `°${word}`, end }
    if ((word.length > 1 || /[%°VAW]/.test(word)) && findUnit(word)) return { text: word, end }
  }
  return null
}

/** Words before a quantity that say nothing of its place. */
const fillers = new Set([
  ...['the', 'approx', 'approximate', 'current', 'actual', 'measured', 'sensor', 'value', 'reading', 'avg'],
])
/** With one of these the number is not what a sensor measures now: a fault, a limit or a setting. */
const noMeasurement = new RegExp(
  `\\b(?:${[
    ...['err', 'errors?', 'fail', 'failed', 'failure', 'invalid', 'no', 'not', 'retry', 'retries', 'timeout', 'warn'],
    ...['warning', 'code', 'count', 'max', 'min', 'maximum', 'minimum', 'limit', 'threshold', 'range', 'resolution'],
    ...['accuracy', 'tolerance', 'offset', 'set', 'setpoint', 'target'],
  ].join('|')})\\b`,
  'i',
)
/** Headings of lines that are no place. */
const headings = /^(?:data|info|debug|log|sensors?|readings?|values?|measurements?|status|\d+)$/i

/** `Bus Voltage` is a voltage, of the bus; a name that is known as a whole, or not at all, stays. */
function placed(name: string): { name: string; place: string | undefined } {
  const words = name.split(/\s+/)
  if (words.length > 1 && words.length < 7 && !meaningOf(name) && !noMeasurement.test(name)) {
    for (let from = 1; from < words.length; from++) {
      const quantity = words.slice(from).join(' ')
      if (!isTelling(quantity)) continue
      const before = words.slice(0, from).filter((word) => !fillers.has(word.toLowerCase().replace(/\.$/, '')))
      return { name: quantity, place: before.length > 0 ? placeOf(before.join(' ')) : undefined }
    }
  }
  return { name, place: undefined }
}

/** How a place is written: `Living room` as `living_room`. */
function placeOf(words: string | undefined): string | undefined {
  if (words === undefined || headings.test(words)) return undefined
  const name = words.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '_')
  return name.replace(/^_|_$/g, '') || undefined
}

/** Whether a pair may be a measurement; `max=5` in a line of its kind is whatever its sender means by it. */
function mayMeasure(pair: Pair): boolean {
  const { name, unit } = pair
  if (isAstray(pair)) return false
  const isPlain = unit === '' && !name.includes(' ')
  return isPlain || meaningOf(name) !== undefined || !noMeasurement.test(name)
}

/** A known name in a unit of another quantity: a speed in MHz is that of a bus. */
function isAstray({ name, unit }: Pair): boolean {
  const meaning = unit === '' ? undefined : meaningOf(name)
  if (meaning === undefined || meaning.weak) return false
  const told = metricOfUnit(unit)
  return told !== meaning.metric && told === targetOf(name, unit).metric
}

/** What a number with a unit is, where the unit is one of a quantity that sensors measure; log messages have others. */
function isToldBy({ name, unit }: Pair): boolean {
  return tells(unit) || (meaningOf(name) !== undefined && findMetric(targetOf(name, unit).metric) !== undefined)
}

function tells(unit: string): boolean {
  return measured.has(metricOfUnit(unit) ?? '')
}

const measured = new Set([
  ...['temperature', 'humidity', 'pressure', 'illuminance', 'irradiance', 'voltage', 'current', 'power', 'energy'],
  ...['conductivity', 'precipitation_rate', 'radiation', 'ph', 'flow'],
])

function isNumeric({ value }: Pair): boolean {
  return typeof parseNumber(value) === 'number'
}

/** A value given twice, in °C and °F, is one: the first is taken. */
function takePair(draft: Draft, { name, value, unit, place }: Pair, taken: Set<string>): void {
  const meaning = meaningOf(name)
  if (!meaning && unit === '' && typeof parseNumber(value) !== 'number') return
  const target = targetOf(name, unit === '' ? undefined : unit)
  const channel = meaning ? (meaning.channel ?? place) : target.channel === undefined ? place : placeOf(target.channel)
  const key = `${target.metric} ${channel ?? ''}`
  if (taken.has(key)) return
  taken.add(key)
  const isDallas = target.metric === 'temperature' && dallas.test(`${name} ${place}`)
  if (unit === '' && !isDallas) return takeNamed(draft, name, value, place, name)
  const { channel: _, ...measured } = target
  draft.channel = channel
  draft.measureAs(isDallas ? { ...measured, sentinels: [85] } : measured, value, name)
}

/** Thermometers that say 85 °C until they have measured. */
const dallas = /ds18[bs]20|dallas/i

const strictPairs = /^(?:[\p{L}_][\p{L}\p{N}_.]*=[^\s,;|&=]+(?:[\s,;|&]+|$))+$/u

/** `T:21.5 H:45`: letters that could be anything, unless the whole line is made of them. */
const loosePairs = /^(?:[\p{L}_][\p{L}\p{N}_.]*\s*[:=]\s*[^\s,;|&=:]+(?:[\s,;|&]+|$))+$/u

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
