import type { WriteStream } from 'node:tty'
import type { Reading } from '../client/client.ts'
import { numberText, quantity } from '../notation/quantity.ts'

/** How what is known of a reading is written. */
export interface Form {
  /** @param time RFC 3339 in UTC */
  time(time: string): string
  /** A value with its unit. */
  amount(value: Reading['value'], unit: string | null, metric: string): string
  /** A number of that unit, without it. */
  figure(value: number, unit: string | null): string
}

/** As programs take it, and as it came: the unit's SenML symbol, every digit, UTC. A ratio has no unit to show. */
export const exact: Form = {
  time: (time) => time,
  amount: (value, unit) => (unit === null || unit === '/' ? String(value) : `${value} ${unit}`),
  figure: String,
}

/** As people read it: units, digits and words as on the page, and the time of this place to the second. */
const readable: Form = {
  time: localTime,
  amount: (value, unit, metric) => {
    const { text, unit: sign } = quantity(value, unit, metric)
    return sign ? `${text} ${sign}` : text
  },
  figure: numberText,
}

/**
 * Readable on a terminal, exact in a pipe or a file: what a script gets depends neither on the locale nor on the time zone of
 * whoever wrote it.
 */
export function formFor(stream: WriteStream): Form {
  return stream.isTTY ? readable : exact
}

/** `2026-11-25 23:28:56`, in which order every locale can read it. */
function localTime(time: string): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return time
  const two = (part: number) => String(part).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}
