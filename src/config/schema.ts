import { z } from 'zod'
import { address, duration, size, whole } from './scalars.ts'

/**
 * rivulet.yaml as written. Messages say what to write instead; `describe` texts are what an editor shows. Keys that may
 * hold a secret have a twin that ends in `File`, which names a file holding it.
 */

const text = z
  .string('write text')
  .min(1, 'write something, or leave the key out')
  // No name of a file holds one, and nothing else that is written here.
  .refine((value) => !value.includes('\0'), { error: 'leave the NUL character out' })
const flag = z.boolean('write true or false')

/** TCP of the embedded broker; YAML 1.2 reads a bare `off` as text, but people who know 1.1 write `false`. */
const listenOrOff = z.union([z.literal(['off', false]), address('127.0.0.1:1883')], {
  error: 'write HOST:PORT such as 127.0.0.1:1883, or off',
})

const certificate = z.strictObject({
  cert: text.describe('Certificate chain, a PEM file'),
  key: text.describe('Its key, a PEM file'),
})

const http = z.strictObject({
  listen: address('127.0.0.1:8080').prefault('127.0.0.1:8080').describe('Address of the page and the API: HOST:PORT'),
  tls: certificate.exactOptional().describe('Serve HTTPS (HTTP/2 and HTTP/1.1)'),
  origins: z
    .array(z.string().refine(isOrigin, { error: 'write an origin such as https://panel.example.org, without a path' }))
    .default([])
    .describe('Other origins whose pages may read the API (CORS)'),
  hosts: z
    .array(z.string().regex(/^[A-Za-z0-9.-]+(:\d+)?$/, 'write a host name such as rivulet.example.org'))
    .default([])
    .describe(
      "Further Host names allowed, for reverse proxies; loopback names and the machine's own always are. With any, loopback needs a token too",
    ),
  anonymous: flag.default(false).describe('true: ask for no token, even beyond loopback'),
  maxStreams: whole(1, 1_000_000).default(10_000).describe('Event streams open at once'),
})

const user = z
  .strictObject({
    name: text.describe('User name'),
    passwordHash: text.exactOptional().describe('Hash of the password, as `rivulet user hash` prints it'),
    passwordHashFile: text.exactOptional().describe('File that holds the hash'),
  })
  .refine((entry) => (entry.passwordHash === undefined) !== (entry.passwordHashFile === undefined), {
    error: 'give either passwordHash (made by `rivulet user hash`) or passwordHashFile',
  })

const broker = z
  .strictObject({
    name: text.exactOptional().describe('How the gateway calls it; the URL unless said'),
    url: z
      .string('write a URL such as mqtt://192.168.1.10:1883')
      .refine(isBrokerUrl, { error: 'write a URL such as mqtt://192.168.1.10:1883 (mqtt, mqtts, ws or wss)' })
      .describe('mqtt://, mqtts://, ws:// or wss:// with host and port'),
    username: text.exactOptional().describe('User name at the broker'),
    password: text.exactOptional().describe('Its password; better kept in passwordFile or the environment'),
    passwordFile: text.exactOptional().describe('File that holds the password'),
    clientId: text.exactOptional().describe('Name of the persistent session; rivulet-<hostname> unless said'),
    topics: z
      .array(z.string().refine(isTopicFilter, { error: "write a topic filter such as 'sensors/#' or '+/status'" }))
      .min(1, "write at least one topic filter, such as '#'")
      .default(['#'])
      .describe('Topic filters to subscribe to'),
    version: z
      .literal(['3.1.1', '5', 5], 'write 3.1.1 or 5')
      .exactOptional()
      .describe('MQTT version; what the broker speaks unless said'),
    ca: text.exactOptional().describe('Certificate authority of the broker, a PEM file'),
    cert: text.exactOptional().describe("The gateway's own certificate, a PEM file"),
    key: text.exactOptional().describe('Key of that certificate, a PEM file'),
  })
  .refine((entry) => entry.password === undefined || entry.passwordFile === undefined, {
    error: 'give either password or passwordFile',
  })
  .refine((entry) => (entry.cert === undefined) === (entry.key === undefined), {
    error: 'give cert and key together',
  })

const mqtt = z.strictObject({
  listen: listenOrOff
    .exactOptional()
    .describe('Address of the embedded broker, or off; 127.0.0.1:1883 unless brokers are listed'),
  tls: certificate.exactOptional().describe('The embedded broker speaks TLS, and nothing else'),
  users: z.array(user).default([]).describe('Users of the embedded broker; needed to listen beyond loopback'),
  anonymous: flag.default(false).describe('true: the embedded broker asks for no password, even beyond loopback'),
  brokers: z.array(broker).default([]).describe('Brokers to subscribe to'),
})

const serial = z.strictObject({
  port: text.describe('Device file, best the stable name below /dev/serial/by-id'),
  profile: text.default('lines').describe('What is connected: a profile, or lines (JSON, key=value, CSV)'),
  baud: whole(50, 4_000_000).exactOptional().describe('Bits per second; from the profile unless said'),
  dataBits: z.literal([7, 8], 'write 7 or 8').exactOptional().describe('7 or 8'),
  parity: z.enum(['none', 'even', 'odd'], 'write none, even or odd').exactOptional().describe('none, even or odd'),
  stopBits: z.literal([1, 2], 'write 1 or 2').exactOptional().describe('1 or 2'),
  rtscts: flag.exactOptional().describe('Hardware flow control'),
  device: z
    .string('write text')
    .regex(/^[A-Za-z0-9._:-]{1,100}$/, 'write up to 100 letters, digits, or . _ : -')
    .exactOptional()
    .describe("Id of the device instead of the profile's own"),
  // Modbus over Serial Line V1.02 §2.2: 0 is a broadcast, which nobody answers, and what lies beyond 247 is reserved.
  addresses: z
    .array(whole(1, 247))
    .min(1, 'write at least one')
    .refine((list) => new Set(list).size === list.length, 'write each address once')
    .exactOptional()
    .describe('Addresses of the meters on a Modbus line, all of the same profile; its own unless said'),
})

const device = z.strictObject({
  name: text.max(200, 'write at most 200 characters').exactOptional().describe('Name to show'),
  hidden: flag.exactOptional().describe('true: not shown on the page'),
  tags: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean()], { error: 'write text, a number, true or false' }),
    )
    .default({})
    .describe('Labels of your own, such as floor: 1'),
  adjust: z
    .record(
      z.string(),
      z.strictObject({
        offset: z.number('write a number').default(0).describe('Added, in the unit of the metric'),
        factor: z.number('write a number').default(1).describe('Multiplied with, before the offset'),
      }),
    )
    .default({})
    .describe('Calibration by metric, such as temperature: { offset: -0.4 }'),
})

const log = z.strictObject({
  commit: z
    .strictObject({
      age: duration('1ms', '1m').prefault('1s').describe('Write to disk when the oldest unwritten reading is this old'),
      readings: whole(1, 100_000).default(1000).describe('… or this many readings wait'),
      unacked: whole(1, 65_535)
        .default(10)
        .describe('… or this many messages of one connection wait to be acknowledged'),
    })
    .prefault({})
    .describe('When readings are written to disk'),
  keep: z
    .strictObject({
      age: duration('1m', '36500d').prefault('30d').describe('Readings older than this are deleted'),
      minutes: duration('2d', '36500d')
        .prefault('365d')
        .describe('Charts: least, greatest and mean of each minute are deleted when older than this'),
      hours: z
        .union([z.literal('forever'), duration('2d', '36500d')], {
          error: 'write a duration such as 3650d, or forever',
        })
        .prefault('forever')
        .describe('Charts: those of each hour'),
      size: size('10MB', '1000TB')
        .prefault('2GB')
        .describe('The oldest are deleted when all data needs more than this'),
    })
    .prefault({})
    .describe('How much is kept'),
})

const limits = z.strictObject({
  newDevicesPerHour: whole(1, 1_000_000).default(1000).describe('New devices taken in an hour'),
  connectionsPerAddress: whole(1, 1_000_000)
    .default(256)
    .describe('Connections from one address, and requests at a time over HTTP/2; loopback is exempt'),
  messagesPerSecond: whole(10, 1_000_000)
    .default(1000)
    .describe(
      'Packets a second from one client of the embedded broker; a faster one is made to wait. Loopback is exempt',
    ),
  messageBytes: size('128B', '256MiB').prefault('1MiB').describe('Largest MQTT message'),
  fieldsPerMessage: whole(1, 100_000).default(500).describe('Readings taken from one message'),
})

/** The whole file. */
export const configSchema = z.strictObject({
  data: text.default('./data').describe('Folder of the database'),
  http: http.prefault({}).describe('Page, API and event streams'),
  mqtt: mqtt.prefault({}).describe('Embedded broker, and brokers to subscribe to'),
  serial: z.array(serial).default([]).describe('Serial ports to read'),
  devices: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9._:-]{1,128}$/, "write a device id as `rivulet devices` shows it, such as 'z2m:attic'"),
      device,
    )
    .default({})
    .describe('Names, tags and calibration by device id'),
  profiles: text.exactOptional().describe('Folder with profiles of your own; ./profiles unless said'),
  log: log.prefault({}).describe('When readings reach the disk, and how long they stay'),
  limits: limits.prefault({}).describe('Bounds against floods'),
})

export type ConfigFile = z.output<typeof configSchema>

/** JSON Schema (2020-12) of rivulet.yaml, for editors. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(configSchema, { io: 'input' }), title: 'rivulet.yaml' }
}

function isOrigin(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  return /^https?:$/.test(url.protocol) && url.origin === value
}

function isBrokerUrl(value: string): boolean {
  if (!URL.canParse(value)) return false
  const url = new URL(value)
  return /^(mqtts?|wss?):$/.test(url.protocol) && url.hostname !== ''
}

/** MQTT 5.0 §4.7.1: `#` alone at the end of a level path, `+` alone in its level; §1.5.4: at most 65,535 bytes, no NUL. */
function isTopicFilter(value: string): boolean {
  const levels = value.split('/')
  return (
    value !== '' &&
    Buffer.byteLength(value) <= 65_535 &&
    !value.includes('\0') &&
    levels.every((level, i) => (level.includes('#') ? level === '#' && i === levels.length - 1 : true)) &&
    levels.every((level) => !level.includes('+') || level === '+')
  )
}
