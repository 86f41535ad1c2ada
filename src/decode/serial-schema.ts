import * as z from 'zod'

const checksum = z.strictObject({
  kind: z.enum(['sum8', 'sum8-negated', 'sum16be', 'xor8', 'crc16-modbus']),
  from: z.int(),
  to: z.int().describe('exclusive; 0 or less counts from the end'),
  at: z.int(),
})

const framing = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('lines'), maxBytes: z.int().positive().exactOptional() }),
  z.strictObject({
    kind: z.literal('fixed'),
    head: z.array(z.int().min(0).max(255)).min(1),
    length: z.int().positive().max(4096),
    tail: z.array(z.int().min(0).max(255)).exactOptional(),
    checksum: checksum.exactOptional(),
  }),
  z.strictObject({
    kind: z.literal('counted'),
    head: z.array(z.int().min(0).max(255)).min(1),
    countAt: z.int().min(0),
    countBytes: z.union([z.literal(1), z.literal(2)]),
    maxBytes: z.int().positive().max(65_536),
    checksum: checksum.exactOptional(),
  }),
  z.strictObject({ kind: z.literal('dsmr-p1') }),
  z.strictObject({ kind: z.literal('vedirect') }),
  z.strictObject({ kind: z.literal('modbus-rtu') }),
])

/** Bytes as people write them. */
export const hex = z.string().regex(/^([0-9a-fA-F]{2} ?)+$/, 'bytes are written as pairs of hex digits')

/** How the line to a device is driven and cut into frames. */
export const serial = z.strictObject({
  framing,
  baud: z.int().positive().default(9600),
  dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(1.5), z.literal(2)]).default(1),
  rtscts: z.boolean().default(false),
  usb: z
    .array(
      z.strictObject({ vendor: z.string(), product: z.string().exactOptional(), model: z.string().exactOptional() }),
    )
    .default([])
    .describe('USB ids that suggest this profile: four hex digits each; model is part of the by-id name'),
  many: z.boolean().default(false).describe('one port carries several devices, each with an id of its own'),
  polls: z
    .array(z.strictObject({ request: hex, everyMs: z.int().min(100), timeoutMs: z.int().positive().exactOptional() }))
    .default([]),
  silentMs: z
    .int()
    .positive()
    .exactOptional()
    .describe('after so long without a frame the port is opened again; absent for devices that may be silent'),
})
