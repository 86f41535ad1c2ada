import { families } from '../../devices/index.ts'
import type { Problem } from '../config/source.ts'
import type { Profile } from '../decode/profile.ts'
import { serialSourceOf } from '../decode/serial-source.ts'
import type { Reading } from '../reading.ts'
import { type Bench, createBench, type Outcome } from './decode-bench.ts'

type Example = Profile['examples'][number]
type Message = Pick<Example, 'topic' | 'payload' | 'hex'> & Partial<Example>

/** Runs the examples of the user's own profiles; what they give that is not what they say. */
export function checkExamples(profiles: readonly Profile[]): Problem[] {
  return profiles.filter(isOwn).flatMap((profile) =>
    profile.examples.flatMap((example, index) => {
      const difference = differenceOf(profile, example, profiles)
      const where = `profile ${profile.id}, example ${index + 1}`
      return difference ? [{ where, what: difference, instead: 'correct the example, or the rule that it is for' }] : []
    }),
  )
}

/** Whether a profile is none of those that ship. */
export function isOwn(profile: Profile): boolean {
  return !families.includes(profile)
}

function differenceOf(profile: Profile, example: Example, profiles: readonly Profile[]): string | null {
  const bench = createBench(profiles)
  for (const earlier of example.after ?? []) play(profile, earlier, bench)
  const { readings, rejected } = play(profile, example, bench)
  const expected = (example.readings ?? []).map((reading) => show(reading, reading)).join(', ') || 'nothing'
  const given = readings.map((reading, i) => show(reading, example.readings?.[i])).join(', ') || 'nothing'
  if (expected !== given) return `says ${expected}, gives ${given}`
  const reasons = rejected.map(({ reason }) => reason).join(', ') || 'nothing'
  const wanted = (example.rejected ?? []).join(', ') || 'nothing'
  return reasons === wanted ? null : `says that ${wanted} is rejected, rejects ${reasons}`
}

function play(profile: Profile, message: Message, bench: Bench): Outcome {
  const { topic, payload = '', hex, request, retain = false, receivedAt } = message
  const bytes = hex === undefined ? Buffer.from(payload) : bytesOf(hex)
  const at = receivedAt === undefined ? Date.now() : Date.parse(receivedAt)
  if (topic !== undefined) return bench.decode({ topic, payload: bytes, receivedAt: at, retain, dup: false })
  const framing = serialSourceOf(profile)?.framing
  const readings: Reading[] = []
  const rejected: { reason: string; where: string }[] = []
  if (!framing) return { readings, rejected }
  const line = bench.openLine({
    profile,
    receivedAt: () => at,
    ...(request !== undefined && { request: bytesOf(request) }),
    onOutcome: (outcome) => {
      readings.push(...outcome.readings)
      rejected.push(...outcome.rejected)
    },
  })
  line.push(bytes)
  if (framing.kind === 'lines') line.push(Buffer.from('\n'))
  line.close()
  return { readings, rejected }
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}

type Shown = NonNullable<Example['readings']>[number]

/** Device, channel, unit and time count where the example gives them. */
function show(reading: Shown | Reading, example: Shown | undefined): string {
  const { metric, value } = reading
  const parts = [example?.device && reading.device, metric, example?.channel && reading.channel, value]
  if (example?.unit !== undefined) parts.push(reading.unit ?? 'without unit')
  if (example?.time !== undefined) parts.push(new Date(reading.time!).toISOString())
  return parts.filter((part) => part !== undefined && part !== '').join(' ')
}
