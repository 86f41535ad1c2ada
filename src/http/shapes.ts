import { z } from 'zod'
import { parseDuration, parseTime } from './query.ts'

/** What travels in bodies: requests are checked by these, and `/api/openapi.json` is made from them. */

const time = z.string().meta({ format: 'date-time', description: 'RFC 3339 in UTC with milliseconds' })
const seq = z.int().min(0).describe('Sequence number in the log')
const position = z.string().describe('`<run>.<seq>`: a place in the log')
const value = z.union([z.number(), z.boolean(), z.string()])
const quality = z.enum(['stale', 'unsynced', 'suspect'])
const unit = z.string().nullable().describe('SenML unit symbol (RFC 8428, RFC 8798)')
const name = z.string().trim().min(1).max(200)
const tags = z.record(z.string().min(1).max(64), z.union([z.string().max(200), z.number(), z.boolean()]))

export const readingShape = z.object({
  seq,
  device: z.string(),
  metric: z.string(),
  channel: z.string().optional(),
  value,
  unit,
  time,
  quality: quality.optional(),
})

export const gapShape = z.object({ from: z.int(), to: z.int(), reason: z.enum(['retention', 'epoch', 'future']) })

export const readingsShape = z.object({ readings: z.array(readingShape), next: position, gap: gapShape.optional() })

const historyOf = {
  device: z.string(),
  metric: z.string(),
  channel: z.string().optional(),
  unit,
  resolution: z.int().describe('Width of a bucket in ms; buckets begin at whole multiples of it since 1970'),
}

export const historyShape = z.object({
  series: z.array(
    z.union([
      z.object({
        ...historyOf,
        buckets: z
          .array(
            z.object({
              time,
              min: z.number(),
              max: z.number(),
              mean: z.number(),
              count: z.int(),
              quality: quality.optional().describe('The worst of its readings, where the resolution is below a minute'),
            }),
          )
          .describe('Of numbers; buckets without readings are left out'),
      }),
      z.object({
        ...historyOf,
        changes: z
          .array(z.object({ time, value: z.union([z.boolean(), z.string(), z.number()]), quality: quality.optional() }))
          .describe(
            'Of booleans and strings: what the value became, at most three of one resolution; the first may lie before `from`',
          ),
      }),
    ]),
  ),
})

export const deviceShape = z.object({
  id: z.string(),
  name: z.string(),
  profile: z.string().nullable(),
  source: z.string().nullable(),
  status: z.enum(['online', 'offline', 'unknown']),
  lastSeen: time.nullable(),
  tags,
  hidden: z.boolean(),
  metrics: z.array(
    z.object({
      metric: z.string(),
      channel: z.string().optional(),
      unit,
      kind: z.enum(['gauge', 'counter', 'state']),
      last: z.object({ seq, time, value, quality: quality.optional() }),
    }),
  ),
})

export const rejectedShape = z.object({
  id: z.int(),
  time,
  source: z.string(),
  subject: z.string().describe('MQTT topic, or serial profile'),
  reason: z.string(),
  where: z.string(),
  hex: z.string().describe('The raw bytes, cut to a bound'),
  text: z.string().optional().describe('The same as text, where they are UTF-8'),
})

/** What people may say about a device. A name of null gives it back the one it had. */
export const labelBody = z.strictObject({
  name: name.nullable().optional(),
  tags: tags.refine((given) => Object.keys(given).length <= 50, 'at most 50 tags').optional(),
  hidden: z.boolean().optional(),
})

const expires = z.string().transform((text, context) => {
  const ms = parseDuration(text)
  const at = ms === undefined ? parseTime(text) : Date.now() + ms
  if (at !== undefined) return at
  context.addIssue(`${text} is neither a duration such as 90d nor a time in RFC 3339`)
  return z.NEVER
})

export const tokenBody = z.strictObject({
  name: name.optional(),
  admin: z.boolean().optional(),
  read: z
    .array(z.string().min(1).max(128))
    .max(100)
    .optional()
    .describe('Globs of the devices it may read; all unless said'),
  expires: expires.optional().describe('A duration from now such as `90d`, or RFC 3339; never unless said'),
})

export const tokenShape = z.object({
  id: z.string(),
  name: z.string().optional(),
  admin: z.boolean(),
  read: z.array(z.string()),
  created: time,
  expires: time.optional(),
})

export const newTokenShape = tokenShape.extend({ token: z.string().describe('Told this once') })

const password = z.string().min(8, 'at least 8 characters').max(200)
export const userBody = z.strictObject({
  name: z.string().regex(/^[^\x00-\x1f\x7f:]{1,64}$/, '1 to 64 characters, no colon'),
  password,
})
export const passwordBody = z.strictObject({ password })
export const userShape = z.object({ name: z.string() })

export const portShape = z.object({
  path: z.string().describe('May change when devices are plugged in'),
  port: z.string().describe('The name to configure: stays with the device'),
  usb: z.object({ vendor: z.string(), product: z.string() }).optional(),
  manufacturer: z.string().optional(),
  model: z.string().optional(),
  profiles: z.array(z.string()).describe('What may be connected, the likeliest first'),
  configured: z.boolean(),
  lines: z.string().describe('Lines for rivulet.yaml that would add it'),
})

const inputShape = z.object({
  kind: z.string(),
  status: z.string(),
  name: z.string().optional(),
  detail: z.string().optional(),
  trouble: z.string().optional().describe('Why it does not do what it should, such as `taken_over` or `noise`'),
  since: time.optional(),
  received: z.int().optional(),
  dropped: z.int().optional(),
})

export const healthShape = z.object({ status: z.literal('ok') })

export const readyShape = z.object({
  status: z.enum(['ready', 'not ready']),
  clock: z.enum(['synced', 'unsynced', 'stepped']).describe('`stepped`: it was put forward or back since it was set'),
  log: z.object({
    state: z.enum(['ok', 'full', 'failed']).describe('Whether readings reach the disk'),
    detail: z.string().optional(),
    unreadable: z.string().optional().describe('Why what is stored could not be read'),
    undropped: z.string().optional().describe('Why nothing old could be dropped: the database grows meanwhile'),
  }),
  inputs: z.array(inputShape),
})

export const problemShape = z.object({
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  hint: z.string().optional(),
})
