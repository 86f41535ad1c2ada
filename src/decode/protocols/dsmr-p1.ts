import type { Millis } from '../../reading.ts'
import { portName } from '../device-id.ts'
import type { Draft } from '../draft.ts'
import { parseNumber } from '../number.ts'
import { type Quantity, quantityOf, slotQuantity } from './dsmr-p1-codes.ts'
import { localTime } from './dsmr-p1-time.ts'
import type { Protocol } from './protocol.ts'

/**
 * DSMR P1 telegrams, versions 2.2 to 5.0.2, and those of Belgium (e-MUCS), Luxembourg, Sweden and others that keep its form: a header
 * line, then an OBIS code with values in parentheses a line (IEC 62056-21 §6.3). The meter is one device, each M-Bus meter behind it
 * another. The framer has proven the CRC.
 */
export const dsmrP1: Protocol = {
  decode(draft) {
    const text = Buffer.from(draft.frame.payload).toString('latin1')
    const telegram = readTelegram(text)
    if (!telegram) draft.reject('bad_frame', 'message')
    else takeTelegram(draft, telegram)
    return true
  },
}

interface Line {
  readonly code: string
  /** Channel B of the code (IEC 62056-61): 0, or the number of the M-Bus slot. */
  readonly slot: number
  /** The groups C.D.E, which say what is measured. */
  readonly what: string
  readonly values: readonly string[]
}

interface Telegram {
  readonly header: string
  readonly lines: readonly Line[]
}

/** More lines than four M-Bus meters and every code of every country make. */
const linesMax = 500

function readTelegram(text: string): Telegram | null {
  if (text[0] !== '/') return null
  const end = text.lastIndexOf('!')
  const [header, ...rest] = text
    .slice(1, end < 0 ? undefined : end)
    // Version 3 writes the value of a gas meter on a line of its own.
    .replace(/\r?\n\(/g, '(')
    .split(/\r?\n/, linesMax)
  const lines = rest.flatMap((line) => readLine(line) ?? [])
  return lines.length > 0 ? { header: header!.trim(), lines } : null
}

const lineForm = /^([01])-(\d{1,2}):(\d{1,3}\.\d{1,3}\.\d{1,3})(?:[.*]\d{1,3})?(\(.*\))\s*$/

function readLine(text: string): Line | null {
  const match = lineForm.exec(text)
  if (!match) return null
  const [, medium, slot, what, values] = match
  return {
    code: `${medium}-${slot}:${what}`,
    slot: Number(slot),
    what: `${medium}:${what}`,
    values: values!.slice(1, -1).split(')('),
  }
}

/** Codes of a meter's own number: the Netherlands and Belgium, Luxembourg and Hungary, Germany and Ireland. */
const idCodes = ['0-0:96.1.1', '0-0:42.0.0', '0-0:96.1.0', '1-0:0.0.0']

function takeTelegram(draft: Draft, { header, lines }: Telegram): void {
  const { frame } = draft
  const slotsFrom = dateTelegram(draft, lines)
  const ids = idCodes.map((id) => equipmentId(lines.find(({ code }) => code === id)?.values[0]))
  const own = ids.find((id) => id !== undefined)
  const meter = (frame.transport === 'serial' && frame.device) || own || header || portName(frame.source)
  draft.about(meter, modelOf(header))
  for (const line of lines) {
    const quantity = quantityOf(line.what)
    if (quantity) takeValue(draft, quantity, line.code, line.values.at(-1)!)
  }
  const slots = new Set(lines.flatMap(({ what, slot }) => (what.startsWith('0:24.') && slot > 0 ? slot : [])))
  for (const slot of slots) takeSlot(draft, meter, slot, lines, slotsFrom)
}

/** Dates the telegram by its clock, and says from when on the times of slots are to be believed. */
function dateTelegram(draft: Draft, lines: readonly Line[]): Millis {
  const clock = lines.find(({ code }) => code === '0-0:1.0.0')?.values[0]
  const at = clock ? localTime(clock) : undefined
  if (at !== undefined) draft.timedAt(at, '0-0:1.0.0')
  else if (clock) draft.reject('clock_invalid', '0-0:1.0.0')
  // A meter whose clock is wrong dates its slots by it.
  return clock && draft.time !== at ? Number.POSITIVE_INFINITY : firstMeters
}

/** `00123.456*kWh`: a value and its unit, or why it has none. */
function takeValue(draft: Draft, { metric, channel }: Quantity, code: string, text: string): void {
  const star = text.indexOf('*')
  draft.channel = channel
  if (text === '') draft.reject('no_value', code)
  else if (metric === 'power_factor') draft.measureIn(metric, null, star < 0 ? text : text.slice(0, star), code)
  else if (star < 0) draft.reject('type_mismatch', code)
  else draft.measureIn(metric, text.slice(star + 1), text.slice(0, star), code)
}

/** A meter for gas, heat, water or electricity behind the meter, in one of four slots. */
function takeSlot(draft: Draft, meter: string, slot: number, lines: readonly Line[], from: Millis): void {
  const own = lines.filter((line) => line.slot === slot && line.what.startsWith('0:'))
  const type = Number(own.find(({ what }) => what === '0:24.1.0')?.values[0])
  const id = equipmentId(own.find(({ what }) => what === '0:96.1.0' || what === '0:96.1.1')?.values[0])
  const telegramTime = draft.time
  for (const { code, what, values } of own) {
    const reading = slotReading(what, values)
    if (!reading) continue
    const quantity = slotQuantity(type, reading.value)
    if (!quantity || reading.value === '') continue
    draft.about(id ?? `${meter}#${slot}`)
    const measured = dateSlot(draft, reading.time, telegramTime, from, code)
    if (isRepeated(draft, reading.value, measured)) draft.reject('duplicate', code)
    else takeValue(draft, quantity, code, reading.value)
    if (draft.hasReadings) draft.seen()
  }
  draft.time = telegramTime
}

/** Value with its unit, and when it was read: `(101209112500W)(12785.123*m3)`, or with six values in versions 2.2 and 3. */
function slotReading(what: string, values: readonly string[]): { time: string; value: string } | undefined {
  // Belgium's 24.2.3 is the volume before it is corrected for temperature; a meter sends one of the two.
  if (what === '0:24.2.1' || what === '0:24.2.3') {
    const dated = values.length > 1
    return { time: dated ? values[0]! : '', value: values.at(-1)! }
  }
  if (what !== '0:24.3.0' || values.length < 6) return undefined
  const [time = '', , , , , unit, value = ''] = values
  return { time, value: value === '' || value.includes('*') ? value : `${value}*${unit}` }
}

/**
 * Dates what follows by when the slot was read; by the telegram's time where that is nonsense, or later than the telegram. However long
 * ago it was read, it was then: the last value of a meter that fell silent is sent on for months, and must not look new.
 */
function dateSlot(draft: Draft, text: string, telegramTime: Millis, from: Millis, code: string): Millis | undefined {
  draft.time = telegramTime
  if (text === '') return undefined
  const at = localTime(text)
  if (at === undefined || at > telegramTime + aheadMax || at < from) {
    draft.reject('clock_invalid', code)
    return undefined
  }
  draft.time = at
  return at
}

/** No meter with a P1 port is older; one that forgot the time begins at 1970 or 2000. */
const firstMeters: Millis = Date.UTC(2007, 0)

/** Slots keep their own clocks, which may be a little fast. */
const aheadMax: Millis = 5 * 60_000

/** A slot's value is read every five minutes or every hour, and repeated in each telegram until then. */
function isRepeated(draft: Draft, value: string, measured: Millis | undefined): boolean {
  if (measured === undefined || typeof parseNumber(value.split('*')[0]!) !== 'number') return false
  return draft.memory.repeats(draft.device, `${measured} ${value}`)
}

/** Ids are sent as the hex digits of their characters; some meters send plain digits. Zeros are no id. */
function equipmentId(digits: string | undefined): string | undefined {
  if (!digits || /^0*$/.test(digits)) return undefined
  if (!/^([0-9a-fA-F]{2})+$/.test(digits)) return digits
  const text = Buffer.from(digits, 'hex').toString('latin1').trim()
  if (!/^[A-Za-z0-9._/-]+$/.test(text)) return digits
  return /^0+$/.test(text) ? undefined : text
}

/** `ISk5\2MT382-1000`: three letters of the maker, a baud rate, the model (IEC 62056-21 §6.3.2). */
function modelOf(header: string): string | undefined {
  return /^[A-Za-z]{3}\d?(?:\\.)?(.+)$/.exec(header)?.[1]
}
