import { nmeaChecksumMatches } from '../../checksum.ts'
import type { Draft } from '../draft.ts'
import type { Target } from '../profile.ts'
import { nmeaSentences } from './nmea0183-sentences.ts'
import type { Protocol } from './protocol.ts'

/**
 * NMEA 0183 (IEC 61162-1): `$` talker, sentence and fields between commas, `*` and the XOR of what stands between. The talker is the
 * device. Old instruments send no checksum; one that is there must be right.
 */
export const nmea0183: Protocol = {
  decode(draft) {
    const line = Buffer.from(draft.frame.payload).toString('latin1').trim()
    // A block of tags before a sentence says where it came from and when (NMEA 0183 4.10 §7).
    const sentences = line.replace(/^\\[^\\]*\\/, '').split(/(?=[$!])/)
    if (line === '') draft.reject('empty', 'message')
    else if (sentences.length === 1) takeSentence(draft, sentences[0]!)
    else takeProven(draft, sentences)
    return true
  },
}

/** A buffer that ran over glues sentences together, or the beginning of one to the next: those with a checksum are whole. */
function takeProven(draft: Draft, sentences: readonly string[]): void {
  for (const sentence of sentences) {
    if (nmeaChecksumMatches(Buffer.from(sentence.trim(), 'latin1')) === true) takeSentence(draft, sentence.trim())
    else if (sentence.startsWith('$')) draft.reject('checksum_mismatch', 'message')
    else draft.reject('bad_frame', 'message')
  }
}

/** Longest sentence: the standard allows 82 characters, receivers in the field send somewhat more. */
const lengthMax = 256

function takeSentence(draft: Draft, line: string): void {
  if (line[0] === '!') return draft.reject('ignored_sentence', 'message')
  if (line[0] !== '$') return draft.reject('bad_frame', 'message')
  if (line.length > lengthMax) return draft.reject('too_large', 'message')
  if (nmeaChecksumMatches(Buffer.from(line, 'latin1')) === false) return draft.reject('checksum_mismatch', 'message')
  const star = line.lastIndexOf('*')
  const fields = line.slice(1, star < 0 ? undefined : star).split(',')
  const address = fields[0]!
  // Proprietary sentences begin with P and the maker's three letters.
  const take = /^[A-OQ-Z][A-Z0-9][A-Z]{3}$/.test(address) ? nmeaSentences[address.slice(2)] : undefined
  if (!take) return draft.reject(/^[A-Z0-9]{3,}$/.test(address) ? 'ignored_sentence' : 'bad_frame', 'message')
  const { frame } = draft
  draft.about((frame.transport === 'serial' && frame.device) || address.slice(0, 2))
  take(new Sentence(draft, fields))
  if (draft.hasReadings) draft.seen()
  // A working instrument without a value leaves its fields empty.
  else if (!draft.outcome.hasRejected) draft.reject('no_value', 'message')
}

/** The fields of one sentence, numbered as in the standard, from 1. */
export class Sentence {
  readonly #draft: Draft
  readonly #fields: readonly string[]

  constructor(draft: Draft, fields: readonly string[]) {
    this.#draft = draft
    this.#fields = fields
  }

  get length(): number {
    return this.#fields.length
  }

  text(index: number): string {
    return this.#fields[index] ?? ''
  }

  /** Takes a field for a metric; an empty one is no reading and no fault. */
  take(target: Target & { metric: string }, index: number, channel?: string): void {
    const text = this.text(index)
    if (text === '') return
    this.#draft.channel = channel
    this.#draft.measure(target, text, target.metric)
  }

  /** The same for a value worked out from several fields. */
  give(target: Target & { metric: string }, value: number, channel?: string): void {
    this.#draft.channel = channel
    this.#draft.measure(target, value, target.metric)
  }

  /** Takes a field whose unit is the letter in another. */
  takeIn(metric: string, index: number, unit: string, channel?: string): void {
    const text = this.text(index)
    if (text === '') return
    this.#draft.channel = channel
    this.#draft.measureIn(metric, unit, text, metric)
  }

  /** Takes latitude and longitude, `ddmm.mmmm` with hemispheres, both or none. */
  takePosition(index: number): void {
    const latitude = degrees(this.text(index), this.text(index + 1), 'N', 'S', 2)
    const longitude = degrees(this.text(index + 2), this.text(index + 3), 'E', 'W', 3)
    if (this.text(index) === '' && this.text(index + 2) === '') return
    if (latitude === undefined) this.reject('latitude')
    else if (longitude === undefined) this.reject('longitude')
    else {
      this.give({ metric: 'latitude' }, latitude)
      this.give({ metric: 'longitude' }, longitude)
    }
  }

  /** Dates the readings that follow by `hhmmss.ss` and `ddmmyy`, in UTC. */
  date(time: string, date: string): void {
    if (time === '' || date === '') return
    const clock = /^(\d\d)(\d\d)(\d\d)(?:\.(\d{1,3})\d*)?$/.exec(time)
    const day = /^(\d\d)(\d\d)(\d\d)$/.exec(date)
    if (!clock || !day) return this.#draft.reject('clock_invalid', 'date')
    const iso = `20${day[3]}-${day[2]}-${day[1]}T${clock[1]}:${clock[2]}:${clock[3]}.${clock[4] ?? '0'}Z`
    this.#draft.timed(iso, 'iso', 'date')
  }

  reject(where: string): void {
    this.#draft.reject('type_mismatch', where)
  }

  noValue(): void {
    this.#draft.reject('no_value', 'message')
  }
}

/** Degrees with minutes behind them; undefined when they are not. */
function degrees(text: string, side: string, plus: string, minus: string, digits: number): number | undefined {
  const match = /^(\d+)(\d\d(?:\.\d*)?)$/.exec(text)
  if (!match || match[1]!.length > digits || (side !== plus && side !== minus)) return undefined
  const minutes = Number(match[2])
  const value = Number(match[1]) + minutes / 60
  return minutes >= 60 ? undefined : side === plus ? value : -value
}
