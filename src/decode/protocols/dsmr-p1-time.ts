import type { Millis } from '../../reading.ts'

/**
 * The time `YYMMDDhhmmssX` of a meter, in ms: X is S in summer (UTC+2) and W in winter (UTC+1), and is missing before version 4, where
 * the calendar says which (DSMR 5.0.2 P1 §6.4). Undefined for what is no such time.
 */
export function localTime(text: string): Millis | undefined {
  const match = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([SWsw]?)$/.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const wall = Date.UTC(2000 + year, month - 1, day, hour, minute, second)
  const date = new Date(wall)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59) return undefined
  const flag = match[7]!.toUpperCase()
  const summer = flag === '' ? isSummer(wall, 2000 + year) : flag === 'S'
  return wall - (summer ? 2 : 1) * hourMs
}

const hourMs: Millis = 3_600_000

/** Summer time in the European Union: last Sunday of March to last Sunday of October, changing at 01:00 UTC (Directive 2000/84/EC). */
function isSummer(wall: Millis, year: number): boolean {
  return wall >= lastSunday(year, 2) + 2 * hourMs && wall < lastSunday(year, 9) + 2 * hourMs
}

function lastSunday(year: number, month: number): Millis {
  const last = new Date(Date.UTC(year, month + 1, 0))
  return last.getTime() - last.getUTCDay() * 24 * hourMs
}
