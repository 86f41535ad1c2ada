import type { Draft } from '../draft.ts'

/** Whether a value of that name says when the others of its line were measured. */
export function isTimeName(name: string): boolean {
  return timeNames.has(name.toLowerCase())
}

const timeNames = new Set(['time', 'timestamp', 'datetime', 'date', 'ts', 'utc', 'epoch', 'unixtime'])

/** Dates what follows by the text; a day or a time of day alone is no time, nor are the ms since a board was started. */
export function takeTime(draft: Draft, text: string, name: string): void {
  if (!ofDay.test(text) && !sinceStart.test(text)) draft.timed(text, 'auto', name)
}

const ofDay = /^(?:\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?|\d{1,4}[-./]\d{1,2}[-./]\d{1,4})$/
const sinceStart = /^\d{1,8}(?:\.\d+)?$/
