import * as z from 'zod'
import { findMetric } from '../../metrics.ts'
import { targetOf } from '../declared-target.ts'
import type { Draft } from '../draft.ts'
import type { MetricTarget } from '../profile.ts'
import { type FieldValue, type Point, readLine } from './influx-line.ts'
import type { Protocol } from './protocol.ts'

/**
 * InfluxDB line protocol, as Telegraf and its kin publish it. On topics that do not promise it (`sure` is false), a message is taken only when
 * its first line has tags or a time, since `note a=1` could be anything.
 */
export const influx: Protocol = {
  options: z.strictObject({ sure: z.boolean() }),
  decode(draft, options) {
    const sure = (options as { sure: boolean } | undefined)?.sure ?? false
    // Every message of every plain topic comes by here.
    if (!sure && !draft.frame.payload.includes(equalsSign)) return false
    // Telegraf can write JSON instead.
    if (startsDocument(draft)) return false
    const lines = linesOf(draft)
    const first = lines[0] === undefined ? null : readLine(lines[0].text)
    if (!sure && (first === null || (first.tags.length === 0 && first.time === undefined))) return false
    if (lines.length === 0) draft.reject(draft.frame.payload.length === 0 ? 'empty' : 'text_syntax', 'message')
    for (const { text, number } of lines) {
      const point = number === lines[0]!.number ? first : readLine(text)
      if (point === null) draft.reject('text_syntax', `line ${number}`)
      else take(draft, point, number)
      if (draft.fields > draft.fieldsMax) {
        draft.outcome.rejectAll('too_many_fields', 'message')
        break
      }
    }
    return true
  },
}

const equalsSign = 0x3d

function startsDocument({ frame }: Draft): boolean {
  const first = frame.payload[0]
  return first === 0x7b || first === 0x5b
}

interface Line {
  readonly text: string
  readonly number: number
}

/** Lines that are neither empty nor a comment. */
function linesOf(draft: Draft): readonly Line[] {
  return (draft.text() ?? '')
    .split('\n', linesMax)
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter((line) => line.text !== '' && !line.text.startsWith('#'))
}

/** More than a message may have fields, so that the excess is seen. */
const linesMax = 1000

function take(draft: Draft, { measurement, tags, fields, time }: Point, line: number): void {
  const native = [measurement, ...tags.filter(([key]) => !unitTags.has(key)).map(([, value]) => value)].join('/')
  draft.about(native)
  draft.time = draft.frame.receivedAt
  if (time !== undefined) draft.timed(time, 'auto', `line ${line}`)
  const unit = tags.find(([key]) => unitTags.has(key))?.[1]
  for (const field of fields) {
    if (++draft.fields > draft.fieldsMax) return
    // A field that is only called `value` is what the measurement is called.
    const name = field.key === 'value' ? measurement : field.key
    draft.measureAs(targetFor(name, unit, field), field.value, field.key)
  }
  if (draft.hasReadings) draft.seen()
}

const unitTags = new Set(['unit', 'units', 'unit_of_measurement'])

function targetFor(name: string, unit: string | undefined, { type }: FieldValue): MetricTarget {
  const target = targetOf(name, unit)
  // A number in quotes is judged as one, and `"NNE"` is no angle.
  if (type === 'text' && findMetric(target.metric)?.type === 'number') return target
  if (type === 'number') return target.unit === null ? { ...target, type: 'number' } : target
  const { metric, channel } = target
  return { metric, type: type === 'boolean' ? 'flag' : 'text', ...(channel !== undefined && { channel }) }
}
