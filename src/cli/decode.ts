import { readFileSync } from 'node:fs'
import { problemLine } from '../config/load.ts'
import { nearest } from '../config/nearest.ts'
import { defaultLimits } from '../decode/engine.ts'
import type { Profile } from '../decode/profile.ts'
import { reasons } from '../decode/reason.ts'
import { GatewayError } from '../errors.ts'
import { createBench, type Outcome } from './decode-bench.ts'
import { decodeCases } from './decode-cases.ts'
import { complain } from './failure.ts'
import { exact } from './form.ts'
import { checkSettings } from './settings.ts'
import { readingLine } from './tail.ts'
import { note, paint, plain, print } from './terminal.ts'

export interface DecodeOptions {
  readonly topic?: string
  readonly profile?: string
  readonly hex?: boolean
  readonly config?: string
  readonly cases?: string
}

/** `rivulet decode`: readings, or why there are none; exit status 1 when there are none. */
export async function decode(options: DecodeOptions): Promise<void> {
  const { topic, profile: name, cases, hex = false } = options
  if (topic === undefined && name === undefined && cases === undefined)
    throw new GatewayError('usage', 'nothing says what the bytes are', 'give --topic, --profile or --cases')
  const profiles = usableProfiles(options.config)
  if (cases !== undefined) return printCases(cases, profiles)

  let count = 0
  const show = async (outcome: Outcome) => {
    count += outcome.readings.length
    for (const line of linesOf(outcome)) await print(line)
  }
  if (topic !== undefined) {
    const payload = Buffer.concat(await chunksOf(hex, defaultLimits.payloadBytes + 1))
    await show(createBench(profiles).decode({ topic, payload, receivedAt: Date.now(), retain: false, dup: false }))
  } else {
    const beginning = await decodeLine(serialProfile(name!, profiles), profiles, hex, show)
    if (count === 0 && !hex && digitsOnly.test(beginning)) note('the input looks like hexadecimal; then add --hex')
  }
  if (count === 0) process.exitCode = 1
}

/** What `xxd -p` and people write: bytes as pairs of digits. */
const digitsOnly = /^\s*(?:(?:0x)?[0-9a-f]{2}[\s:,]*){4,}[0-9a-f]?$/i

/** Bytes as they come, so that a port can be piped in: `rivulet decode --profile sds011 < /dev/ttyUSB0`. Gives the beginning of them. */
async function decodeLine(
  profile: Profile,
  profiles: readonly Profile[],
  hex: boolean,
  show: (outcome: Outcome) => Promise<void>,
): Promise<string> {
  let beginning = ''
  const outcomes: Outcome[] = []
  const onOutcome = (outcome: Outcome) => void outcomes.push(outcome)
  const line = createBench(profiles).openLine({ profile, receivedAt: Date.now, onOutcome })
  const flush = async () => {
    for (const outcome of outcomes.splice(0)) await show(outcome)
  }
  // Hexadecimal digits are only bytes once they are all there.
  for await (const chunk of hex
    ? await chunksOf(true, defaultLimits.payloadBytes)
    : (process.stdin as AsyncIterable<Uint8Array>)) {
    if (beginning.length < 256) beginning += Buffer.from(chunk.subarray(0, 256)).toString('latin1')
    line.push(chunk)
    await flush()
  }
  line.close()
  await flush()
  return beginning
}

async function printCases(file: string, profiles: readonly Profile[]): Promise<void> {
  let cases: unknown
  try {
    cases = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new GatewayError(
      'usage',
      `cannot read cases from ${file} (${(error as Error).message})`,
      'name a file with a JSON array',
    )
  }
  if (!Array.isArray(cases)) throw new GatewayError('usage', `${file} holds no JSON array`, 'write the cases as a list')
  for (const result of decodeCases(cases, profiles)) await print(JSON.stringify(result))
}

/** What is wrong with the configuration or a profile is told, and what is right can be tried all the same. */
function usableProfiles(file: string | undefined): readonly Profile[] {
  const { profiles, problems } = checkSettings({ file })
  for (const problem of problems) note(problemLine(problem))
  return profiles
}

function serialProfile(name: string, profiles: readonly Profile[]): Profile {
  const serial = profiles.filter((profile) => profile.serial !== undefined)
  const found = serial.find(({ id }) => id === name)
  if (found) return found
  const names = serial.map(({ id }) => id)
  const near = nearest(name, names)
  throw new GatewayError(
    'usage',
    `unknown profile ${name}`,
    near ? `did you mean ${near}?` : `known: ${names.join(', ')}`,
  )
}

function linesOf({ profile, readings, rejected }: Outcome): string[] {
  return [
    // Whoever writes a profile names units by their symbols, and looks at every digit.
    ...readings.map((reading) => readingLine({ ...reading, time: new Date(reading.time).toISOString() }, exact)),
    ...rejected.map(({ reason, where }) => {
      const why = (reasons as Partial<Record<string, string>>)[reason]
      return `${paint('yellow', 'rejected')}  ${plain(where)}  ${reason}${why === undefined ? '' : `: ${why}`}`
    }),
    ...(readings.length + rejected.length === 0
      ? [`no readings in it${profile === undefined ? '' : ` (${profile})`}`]
      : []),
  ]
}

/** Standard input to its end, at most so many bytes of it. */
async function chunksOf(hex: boolean, bytesMax: number): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = []
  let length = 0
  if (process.stdin.isTTY) complain('type the payload, then Ctrl-D')
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk)
    length += chunk.length
    // Twice as many digits, and room for what separates them.
    if (length > bytesMax * (hex ? 4 : 1)) break
  }
  if (!hex) return chunks
  const digits = Buffer.concat(chunks)
    .toString('latin1')
    .replace(/0x|[\s:,]/g, '')
  if (!/^([0-9a-fA-F]{2})*$/.test(digits))
    throw new GatewayError('usage', 'the input is not hexadecimal', 'write two digits for each byte, such as aa c0 01')
  return [Buffer.from(digits, 'hex')]
}
