import { z } from 'zod'
import type { Profile } from '../decode/profile.ts'
import type { Reading } from '../reading.ts'
import { type Bench, createBench, type Outcome } from './decode-bench.ts'

/** Longest payload a case may generate; brokers and decoder refuse far shorter ones. */
const generatedBytesMax = 64 * 1024 * 1024

const hex = z.string().regex(/^([0-9a-fA-F]{2}\s*)*$/)

/** One case of a file: a message, or a stretch of serial bytes. Keys it does not know are its author's own. */
const caseSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  source: z.string().optional(),
  transport: z.enum(['mqtt', 'serial']),
  topic: z.string().optional(),
  retain: z.boolean().optional(),
  dup: z.boolean().optional(),
  payload: z.string().optional(),
  hex: hex.optional(),
  generate: z
    .looseObject({
      prefix: z.string().default(''),
      repeat: z.string().default(''),
      count: z.int().min(0).default(0),
      suffix: z.string().default(''),
    })
    .optional(),
  profile: z.looseObject({ id: z.string(), columns: z.array(z.string().nullable()).optional() }).optional(),
  chunks: z.array(z.int().min(0)).optional(),
  request_hex: hex.optional(),
  received_at: z.string().optional(),
  gateway_clock_synced: z.boolean().optional(),
  sequence: z.union([z.string(), z.number()]).nullish(),
  previous: z.unknown().optional(),
})

type Case = z.output<typeof caseSchema>

/** What a case gave, as it is printed. */
export interface CaseResult {
  readonly id: unknown
  readonly readings: readonly object[]
  readonly rejected: readonly { readonly reason: string; readonly where: string }[]
}

/**
 * Runs cases one after the other. Those of one `sequence` share what messages build up; all others begin anew. A case that
 * is wrong itself gives a rejection `bad_case`, and the next one runs.
 */
export function* decodeCases(cases: readonly unknown[], profiles: readonly Profile[]): Generator<CaseResult> {
  const sequences = new Map<string | number, Bench>()
  for (const [i, given] of cases.entries()) {
    const id = (given as { id?: unknown } | null)?.id ?? i
    const parsed = caseSchema.safeParse(given)
    if (!parsed.success) {
      yield { id, ...badCase(parsed.error.issues[0]?.path.join('.') || 'case') }
      continue
    }
    try {
      yield { id, ...runCase(parsed.data, profiles, sequences) }
    } catch (error) {
      // The decoder promises never to throw; a promise broken by one case must not hide the others.
      yield { id, readings: [], rejected: [{ reason: 'internal', where: (error as Error).message }] }
    }
  }
}

function runCase(one: Case, shipped: readonly Profile[], sequences: Map<string | number, Bench>) {
  const profiles = withColumns(one, shipped)
  const make = () => createBench(profiles, one.gateway_clock_synced !== false)
  if (one.previous !== undefined && one.previous !== null) {
    const bench = make()
    // Which series the stored value is of, by our names, is only known once the case has been decoded.
    for (const reading of previousReadings(one.previous, play(one, make(), profiles).readings)) bench.recall(reading)
    return show(play(one, bench, profiles))
  }
  const { sequence } = one
  if (sequence === undefined || sequence === null) return show(play(one, make(), profiles))
  const bench = sequences.get(sequence) ?? make()
  sequences.set(sequence, bench)
  return show(play(one, bench, profiles))
}

function play(one: Case, bench: Bench, profiles: readonly Profile[]): Outcome {
  const payload = payloadOf(one)
  if (payload === null) return { readings: [], rejected: [{ reason: 'too_large', where: 'message' }] }
  const time = Date.parse(one.received_at ?? '')
  const receivedAt = Number.isNaN(time) ? Date.now() : time
  if (one.transport === 'mqtt') {
    if (one.topic === undefined) return badCase('topic')
    return bench.decode({ topic: one.topic, payload, receivedAt, retain: one.retain ?? false, dup: one.dup ?? false })
  }
  const name = one.profile?.id ?? one.source ?? ''
  const profile = profiles.find(({ id, serial }) => id === name && serial !== undefined)
  if (!profile) return { readings: [], rejected: [{ reason: 'unknown_profile', where: name }] }
  const readings: Reading[] = []
  const rejected: { reason: string; where: string }[] = []
  const line = bench.openLine({
    profile,
    receivedAt: () => receivedAt,
    ...(one.request_hex !== undefined && { request: bytesOf(one.request_hex) }),
    onOutcome: (outcome) => {
      readings.push(...outcome.readings)
      rejected.push(...outcome.rejected)
    },
  })
  for (const chunk of cut(payload, one.chunks ?? [])) line.push(chunk)
  line.close()
  return { readings, rejected }
}

/** Null for one that is too long to be built. */
function payloadOf({ payload, hex, generate }: Case): Uint8Array | null {
  if (hex !== undefined) return bytesOf(hex)
  if (!generate) return Buffer.from(payload ?? '')
  const { prefix, repeat, count, suffix } = generate
  if (count * (repeat.length + 16) > generatedBytesMax) return null
  let text = prefix
  for (let i = 0; i < count; i++) text += repeat.replaceAll('{i}', String(i))
  return Buffer.from(text + suffix)
}

/** The bytes as the reads brought them; what is left after the last size comes at once. */
function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let from = 0
  for (const size of sizes) {
    yield bytes.subarray(from, from + size)
    from += size
  }
  yield bytes.subarray(from)
}

/** A user who names the columns of a CSV line does so in a profile of their own. */
function withColumns({ profile }: Case, profiles: readonly Profile[]): readonly Profile[] {
  const shipped = profiles.find(({ id }) => id === profile?.id)
  if (!profile?.columns || !shipped) return profiles
  const own: Profile = { ...shipped, messages: [{ protocol: 'lines', options: { columns: profile.columns } }] }
  return [own, ...profiles.filter((one) => one !== shipped)]
}

/** The last stored values that a case tells of, as readings of the series that it is about. */
function previousReadings(previous: unknown, decoded: readonly Reading[]): Reading[] {
  const told = (Array.isArray(previous) ? previous : [previous]).map((one) =>
    typeof one === 'object' && one ? one : { value: one },
  )
  return told.flatMap(({ metric, channel, value }: { metric?: unknown; channel?: unknown; value?: unknown }) =>
    decoded
      .filter((reading) => metric === undefined || reading.metric === metric)
      .filter((reading) => channel === undefined || reading.channel === channel)
      .filter((reading) => typeof value === typeof reading.value)
      .map((reading) => ({ ...reading, value: value as Reading['value'] })),
  )
}

function show({ readings, rejected }: Outcome): Omit<CaseResult, 'id'> {
  return {
    readings: readings.map(({ device, metric, channel, value, unit, time, quality }) => ({
      device,
      metric,
      ...(channel !== undefined && { channel }),
      value,
      unit,
      time: new Date(time).toISOString(),
      ...(quality !== undefined && { quality }),
    })),
    rejected: rejected.map(({ reason, where }) => ({ reason, where })),
  }
}

function badCase(where: string) {
  return { readings: [], rejected: [{ reason: 'bad_case', where }] }
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text.replace(/\s+/g, ''), 'hex')
}
