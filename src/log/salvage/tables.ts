import type { Stored } from './cells.ts'

/** Whether the columns of a row are what its table holds. A rowid's own column is stored as null. */
type Shape = (columns: readonly Stored[]) => boolean

const whole = (value: Stored | undefined) => typeof value === 'number' && Number.isSafeInteger(value)
const text = (value: Stored | undefined) => typeof value === 'string'
const blob = (value: Stored | undefined) => value instanceof Uint8Array
const none = (value: Stored | undefined) => value === null
const either = (...tests: ((value: Stored | undefined) => boolean)[]) => {
  return (value: Stored | undefined) => tests.some((test) => test(value))
}
const shape =
  (...tests: ((value: Stored | undefined) => boolean)[]): Shape =>
  (columns) =>
    columns.length === tests.length && tests.every((test, i) => test(columns[i]))

/** The tables of a database of ours, in the order in which they are read: readings last, since they are most. See schema.ts. */
export const shapes = {
  state: shape(none, whole, whole),
  run: shape(none, text, whole),
  series: shape(none, text, text, either(text, none), either(text, none)),
  record: shape(text, text, text),
  rejected: shape(none, whole, text, text, text, text, blob),
  block: shape(none, whole, whole, whole, whole, whole, blob),
  minutes: shape(none, blob),
  hours: shape(none, blob),
  rollup: shape(none, whole, either(whole, none), whole, whole, whole, whole),
  reading: shape(
    none,
    (value) => whole(value) && (value as number) > 0,
    whole,
    either((value) => typeof value === 'number', blob),
    (value) => whole(value) && (value as number) >= 0 && (value as number) < 16,
  ),
} satisfies Record<string, Shape>

export type TableName = keyof typeof shapes
export const tableNames = Object.keys(shapes) as readonly TableName[]

/** Rows of these never change once they are written: a copy found on any page is as good as the one in the tree. */
export const immutable: readonly TableName[] = ['run', 'series', 'reading']
