import * as z from 'zod'
import { protocolNames } from './protocols/names.ts'
import { reasons } from './reason.ts'
import { hex, serial } from './serial-schema.ts'

/** A path, template or pattern: their syntax is checked when the profile is compiled. */
const path = z.string().min(1).max(256)
const template = z.string().max(256)
const metric = z
  .string()
  .regex(/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_]{0,63}$/u, 'a metric is written in snake_case, such as wind_speed')
const reason = z.enum(Object.keys(reasons) as [keyof typeof reasons])
const word = z.union([z.string(), z.number(), z.boolean()])

const condition = z
  .strictObject({
    at: template.optional().describe('what is tested: a capture, $.path or @.path; the value itself unless given'),
    is: z
      .union([word, z.array(word)])
      .optional()
      .describe('one of these'),
    exists: z.boolean().optional().describe('whether it is there at all'),
    min: z.number().optional(),
    max: z.number().optional(),
  })
  .describe('when a rule holds')

/** What stands at one place of a message: shared with the register maps of Modbus. */
export const target = z.strictObject({
  metric: metric.optional().describe('quantity in snake_case, without its unit; the name of the field unless given'),
  unit: z
    .string()
    .max(16)
    .nullable()
    .optional()
    .describe('unit of the raw value; the canonical one of the metric unless given'),
  unitAt: template.optional().describe('where in the payload the unit stands, such as $.TempUnit'),
  scale: z.number().optional().describe('the value is raw × scale + offset, in `unit`'),
  offset: z.number().optional(),
  range: z.tuple([z.number(), z.number()]).optional().describe('plausible values in the canonical unit'),
  sentinels: z.array(z.number()).optional().describe('raw values by which the sensor says that it has none'),
  kind: z.enum(['gauge', 'counter', 'state']).optional(),
  type: z.enum(['number', 'flag', 'text', 'state']).optional().describe("the metric's own unless given"),
  words: z.record(z.string(), word).optional().describe('raw value → value, such as { OK: true }'),
  channel: template.optional().describe('probe, phase or part: text with {refs}'),
  when: z
    .union([condition, z.array(condition)])
    .optional()
    .describe('all must hold, otherwise the next alternative is asked'),
  reject: reason.optional().describe('instead of a reading, when the condition holds'),
})

const others = z.enum(['ignore', 'known', 'ending', 'all'])

const reading = z.union([
  metric,
  z.null().describe('passed over'),
  target,
  z.array(target).min(1).describe('the first whose condition holds'),
  z.strictObject({ others: others.describe('what becomes of the members of the object there') }),
])

const byteTypes = ['u8', 'i8', 'u16', 'i16', 'u24', 'i24', 'u32', 'i32', 'u64', 'i64', 'f32', 'f64'] as const
const byteType = z.enum([
  ...byteTypes.map((type) => `${type}be` as const),
  ...byteTypes.map((type) => `${type}le` as const),
  'u8',
  'i8',
])

const field = target.extend({
  at: z.int().min(-255).max(65_535).describe('offset of the first byte; negative from the end'),
  type: byteType,
  bits: z
    .tuple([z.int().min(0).max(63), z.int().min(1).max(53)])
    .optional()
    .describe('[lowest bit, how many]'),
  internal: z.boolean().optional().describe('no reading, only something to refer to, as in {$.id}'),
})

const bytes = z.strictObject({
  from: path.optional().describe('where in the document the bytes stand as text; the payload itself unless given'),
  encoding: z.enum(['raw', 'hex', 'base64', 'decimal']).default('raw'),
  after: z.string().optional().describe('what they begin behind: hex digits, or the text before decimal numbers'),
  length: z
    .int()
    .positive()
    .optional()
    .describe('how many there must be; frames of another length are left to the next rule'),
  fields: z.record(z.string(), field),
})

const message = z.strictObject({
  topic: z
    .union([template, z.array(template).min(1)])
    .optional()
    .describe('MQTT topics: {name} for a level, {name...} for several'),
  when: z
    .union([condition, z.array(condition)])
    .optional()
    .describe('otherwise the next rule is asked'),
  form: z
    .enum(['value', 'object', 'array'])
    .optional()
    .describe('takes only payloads that are a single value, a JSON object or a JSON array'),
  ignore: reason.optional().describe('what these messages are instead of readings'),
  empty: z.enum(['removed', 'offline']).optional().describe('what an empty payload says'),
  availability: z
    .strictObject({
      at: path.optional().describe('where in the document; the payload itself unless given'),
      online: z.array(z.string()).optional(),
      offline: z.array(z.string()).optional(),
      scope: z.enum(['device', 'bridge']).default('device').describe('bridge: covers every device whose id begins so'),
    })
    .optional(),
  protocol: z.enum(protocolNames).optional(),
  options: z.record(z.string(), z.unknown()).optional().describe('what the named protocol wants to know'),
  device: template.optional().describe('native id: text with {refs}; {device} unless given, {port} on serial lines'),
  mac: z.boolean().optional().describe('the native id is a MAC address, in any spelling'),
  name: template.optional().describe("the device's name for people"),
  channel: template.optional().describe('channel of readings that name none'),
  under: template.optional().describe('the payload is the value of this field: a path with {captures}'),
  at: path.optional().describe('the part of the document that paths of readings begin in'),
  pairs: z
    .strictObject({ separator: z.string().min(1), equals: z.string().min(1) })
    .optional()
    .describe('name=value text'),
  columns: z
    .array(z.string().nullable())
    .optional()
    .describe('names of the columns of a CSV line; null for one that is skipped'),
  delimiter: z.string().min(1).optional().describe('between columns; a comma unless given'),
  pattern: template.optional().describe('text with {name} where values stand'),
  bytes: bytes.optional(),
  readings: z.record(path, reading).optional().describe('path in the document → what stands there'),
  each: path.optional().describe('every member of the object there is a device of its own, with {each} as its name'),
  others: others
    .optional()
    .describe('fields without a rule: known takes common names, ending names that end with one, all every number'),
  time: z
    .strictObject({
      at: template.describe("where the device's own time stands; a|b for the first that is there"),
      format: z.enum(['auto', 'iso', 's', 'ms', 'us', 'ns']).default('auto'),
    })
    .optional(),
  sequence: template.optional().describe("the device's own number of the message, by which a repetition is known"),
  blank: z.record(path, z.number()).optional().describe('when all of these hold, the sensor has no values yet'),
})

const exampleReading = z.strictObject({
  device: z.string().optional(),
  metric,
  channel: z.string().optional(),
  value: word,
  unit: z.string().nullable().optional(),
  time: z.string().optional(),
})

const example = z.strictObject({
  topic: z.string().optional(),
  payload: z.string().optional(),
  hex: hex.optional(),
  request: hex.optional().describe('what the gateway had sent'),
  retain: z.boolean().optional(),
  receivedAt: z.iso.datetime().optional(),
  after: z
    .array(z.strictObject({ topic: z.string().optional(), payload: z.string().optional(), hex: hex.optional() }))
    .optional()
    .describe('messages that came before'),
  readings: z.array(exampleReading).optional(),
  rejected: z.array(reason).optional(),
  online: z.boolean().optional().describe('availability that the message tells'),
})

export const profileSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'an id has lower-case letters, digits, - and _'),
  name: z.string().min(1).describe('for people'),
  family: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,19}$/)
    .optional()
    .describe('first part of device ids; the id of the profile unless given'),
  about: z.url().optional().describe('where its messages are documented'),
  silentAfterMs: z.int().positive().optional().describe('a device that said nothing for so long is offline'),
  echoMs: z
    .int()
    .positive()
    .optional()
    .describe('it tells the same over several topics: an equal value that comes over another so soon is no new one'),
  retainedIsCurrent: z.boolean().optional().describe('its retained messages are the present state, not old news'),
  serial: serial.optional(),
  messages: z.array(message).min(1),
  examples: z.array(example).default([]),
})

/** A profile as it is written, before defaults. */
export type ProfileInput = z.input<typeof profileSchema>
/** A device family: how it is recognised and what its messages mean. Plain data. */
export type Profile = z.output<typeof profileSchema>
export type Message = Profile['messages'][number]
export type Target = z.output<typeof target>
/** A target as messages and protocols make them: it always says which metric. */
export type MetricTarget = Target & { readonly metric: string }
export type ReadingRule = z.output<typeof reading>
/** Path in the document → what stands there. */
export type Readings = Record<string, z.input<typeof reading>>
export type Condition = z.output<typeof condition>

/** One thing wrong with a profile, and where: keys and indexes from its root. */
export interface ProfileIssue {
  readonly path: readonly (string | number)[]
  readonly message: string
  /** What may stand there. With it the last step of the path, or the value there, is a word that is none of them. */
  readonly known?: readonly string[]
  /** The word is the key itself. */
  readonly isKey?: boolean
}

/** Types a family that ships with the gateway; what TypeScript cannot see, a test checks. */
export function defineDevice(profile: ProfileInput): ProfileInput {
  return profile
}
