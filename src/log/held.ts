import type { Millis, Seq } from '../reading.ts'
import type { Change } from './changes.ts'
import { eachRow, type Sources } from './from-readings.ts'

/** The newest reading of each series before a time, by id, where one is kept: a switch that nobody touches since holds. */
export async function heldBefore(
  { reader, lookBack }: Sources,
  ids: readonly number[],
  time: Millis,
  upTo: Seq,
): Promise<Map<number, Change>> {
  const held = new Map<number, Change>()
  if (ids.length === 0) return held
  const wanted = new Set(ids)
  // All that lies before the first reading of the range is older than it.
  const end = (lookBack.seek(time, upTo) ?? upTo + 1) - 1
  const seqs = await lookBack.lastSeqs(end, wanted.size, (id) => wanted.has(id))
  const rows = reader.pick(Float64Array.from(seqs.values()).sort())
  eachRow(rows, (id, change) => held.set(id, change))
  return held
}
