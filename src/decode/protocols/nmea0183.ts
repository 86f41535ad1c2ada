import { nmeaChecksumMatches } from '../../checksum.ts'
import type { Draft } from '../draft.ts'
import { Sentence } from './nmea0183-sentence.ts'
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
