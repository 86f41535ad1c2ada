import { families } from '../../devices/index.ts'
import type { Decoded, Decoder, DecoderState } from '../../src/decode/decoder.ts'
import { createDecoder } from '../../src/decode/engine.ts'
import type { Profile } from '../../src/decode/profile.ts'
import { serialSourceOf } from '../../src/decode/serial-source.ts'
import type { Framing } from '../../src/framing.ts'
import { createFramer } from '../../src/ingest/serial/framers/create-framer.ts'
import { findMetric } from '../../src/metrics.ts'
import { mutateBytes, mutatePayload, mutateTopic } from './mutate.ts'
import { isProven } from './proof.ts'
import { createRandom, type Random } from './random.ts'

interface Seed {
  readonly family: Profile
  readonly topic: string | undefined
  readonly payload: Buffer
  readonly request: Buffer | undefined
  readonly framing: Framing | undefined
}

/** What a run has seen, to tell whether it has seen anything. */
export interface Outcome {
  messages: number
  readings: number
  rejected: number
  /** Entries of the decoder's state of one source. */
  state: number
}

const now = Date.UTC(2026, 5, 1, 12)

/**
 * Feeds so many mutated messages and frames to one decoder, as one broker and one port a family would, and checks what comes out.
 * @throws Error for the first promise that is broken, with the bytes that broke it
 */
export function fuzz(times: number, seed: number): Outcome {
  const random = createRandom(seed)
  const decoder = createDecoder(families)
  const seeds = families.flatMap(seedsOf)
  const payloads = seeds.map(({ payload }) => payload)
  const state: DecoderState = new Map()
  const outcome = { messages: 0, readings: 0, rejected: 0, state: 0 }
  while (outcome.messages < times) {
    const one = random.pick(seeds)
    if (one.topic === undefined) fuzzPort(one, payloads, state, decoder, random, outcome)
    else fuzzTopic(one, payloads, state, decoder, random, outcome)
  }
  outcome.state = state.size
  return outcome
}

function seedsOf(family: Profile): Seed[] {
  const framing = serialSourceOf(family)?.framing
  const messages: Partial<Profile['examples'][number]>[] = family.examples.flatMap((example) => [
    ...(example.after ?? []),
    example,
  ])
  return messages.map((message) => ({
    family,
    topic: message.topic,
    payload: message.hex === undefined ? Buffer.from(message.payload ?? '') : bytesOf(message.hex),
    request: message.request ? bytesOf(message.request) : undefined,
    framing,
  }))
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}

function fuzzTopic(
  { topic = '', payload }: Seed,
  payloads: readonly Buffer[],
  state: DecoderState,
  decoder: Decoder,
  random: Random,
  outcome: Outcome,
): void {
  const frame = {
    transport: 'mqtt',
    source: 'fuzz',
    topic: random.once(3) ? mutateTopic(topic, random) : topic,
    payload: random.once(10) ? payload : mutatePayload(payload, payloads, random),
    receivedAt: now + outcome.messages,
    retain: random.once(5),
    dup: random.once(5),
  } as const
  const where = () => `${frame.topic} ${frame.payload.toString('hex')}`
  take(
    guarded(() => decoder.decode(frame, state, { synced: true }), where),
    where,
    outcome,
  )
}

function fuzzPort(
  { family, payload, request, framing }: Seed,
  payloads: readonly Buffer[],
  state: DecoderState,
  decoder: Decoder,
  random: Random,
  outcome: Outcome,
): void {
  const bytes = random.once(10) ? payload : mutateBytes(payload, payloads, random)
  const where = () => `${family.id} ${bytes.toString('hex')}`
  outcome.messages++
  const onFrame = (frame: Uint8Array) => {
    const message = { transport: 'serial', source: `port-${family.id}`, profile: family.id, receivedAt: now } as const
    const decoded = decoder.decode({ ...message, payload: frame, ...(request && { request }) }, state, { synced: true })
    take(decoded, where, outcome)
    if (decoded.readings.length > 0 && !isProven(framing!, family.id, frame))
      throw new Error(`a reading from a frame whose checksum is wrong: ${where()}`)
  }
  const framer = createFramer(framing!, { onFrame, onReject: () => outcome.rejected++ }, request ? { request } : {})
  guarded(() => {
    for (let at = 0; at < bytes.length; ) {
      const end = at + 1 + random.below(64)
      framer.push(bytes.subarray(at, end))
      at = end
    }
    if (framing!.kind === 'lines') framer.push(Buffer.from('\n'))
    if (framer.buffered > 65_536) throw new Error('the framer holds more than any frame')
    framer.close()
  }, where)
}

function guarded<T>(run: () => T, where: () => string): T {
  try {
    return run()
  } catch (error) {
    throw new Error(`${(error as Error).message}: ${where()}`, { cause: error })
  }
}

/** Every promise about what a decoder gives, whatever it was given. */
function take({ readings, rejected }: Decoded, where: () => string, outcome: Outcome): void {
  outcome.messages++
  outcome.readings += readings.length
  outcome.rejected += rejected.length
  if (readings.length > 500 || rejected.length > 101) throw new Error(`too much from one message: ${where()}`)
  for (const { device, metric, value, unit, time } of readings) {
    const known = findMetric(metric)
    const complain = (what: string) => new Error(`${what} of ${device} ${metric} ${value} ${unit}: ${where()}`)
    if (!/^[A-Za-z0-9._:-]{1,128}$/.test(device)) throw complain('a device id that is not fit for a URL')
    if (time < now - 31 * 86_400_000 || time > now + 86_400_000) throw complain('a time that nobody believes')
    if (typeof value === 'string' && value.length > 256) throw complain('a text without bound')
    if (typeof value !== 'number') continue
    if (!Number.isFinite(value) || Object.is(value, -0)) throw complain('no number')
    if (known?.unit === unit && known.type === 'number' && !isPlausible(metric, value, known))
      throw complain('a value outside of its range')
  }
}

function isPlausible(metric: string, value: number, { min, max }: { min: number; max: number }): boolean {
  if (value >= min && value <= max) return true
  return (widened.get(metric) ?? []).some(([from, to]) => value >= from && value <= to)
}

/** Ranges that families give a metric for good reason: a tyre is not the weather. */
const widened = new Map<string, (readonly [number, number])[]>()
collectRanges(families)

function collectRanges(value: unknown, name = ''): void {
  if (typeof value !== 'object' || value === null) return
  const { range, metric = name } = value as { range?: readonly [number, number]; metric?: string }
  if (range) widened.set(metric, [...(widened.get(metric) ?? []), range])
  for (const [key, member] of Object.entries(value)) collectRanges(member, /^\d+$/.test(key) ? name : key)
}
