import * as z from 'zod'
import type { Poll } from '../../framing.ts'
import { type ModbusRead, modbusRequest, parseModbusRequest, planModbusReads } from '../../modbus.ts'
import { type BytesRule, pickBits, readNumber } from '../bytes.ts'
import { portName } from '../device-id.ts'
import type { Draft } from '../draft.ts'
import { compileLeaf, type Leaf } from '../leaf.ts'
import { type Target, target } from '../profile.ts'
import type { Protocol } from './protocol.ts'

/** Types of values in registers; `bit` is one coil or discrete input. */
const sizes = { bit: 1, int16: 1, uint16: 1, int32: 2, uint32: 2, float32: 2, int64: 4, uint64: 4, float64: 4 } as const

const register = target.extend({
  register: z.int().min(0).max(65_535).describe('as it goes over the wire: 0 is what manuals call 30001 or 40001'),
  function: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).optional(),
  type: z.enum(Object.keys(sizes) as [keyof typeof sizes]).default('int16'),
  order: z
    .enum(['ABCD', 'CDAB', 'BADC', 'DCBA'])
    .optional()
    .describe('of bytes in values of several registers: ABCD high word first, CDAB low word first'),
  bits: z.tuple([z.int().min(0).max(63), z.int().min(1).max(53)]).optional(),
  address: z.int().min(1).max(254).optional().describe('of the slave, where one profile reads several'),
  internal: z.boolean().optional().describe('no reading, only something to refer to: $.7 is register 7'),
})

const schema = z
  .strictObject({
    address: z.int().min(1).max(254).default(1).describe('of the slave, unless the configuration lists others'),
    function: z
      .union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)])
      .default(3)
      .describe('1 coils, 2 discrete inputs, 3 holding registers, 4 input registers'),
    order: z.enum(['ABCD', 'CDAB', 'BADC', 'DCBA']).default('ABCD'),
    everyMs: z.int().min(100).default(10_000).describe('how often the registers are asked for'),
    timeoutMs: z.int().positive().optional(),
    gap: z
      .int()
      .min(0)
      .max(124)
      .optional()
      .describe('unwanted registers that may be read along; 0 where the device refuses'),
    registers: z.array(register).min(1).max(1000),
  })
  .superRefine(({ registers }, issues) => {
    for (const [index, { metric, ...rest }] of registers.entries()) {
      const path = ['registers', index]
      try {
        if (rest.internal) continue
        if (metric === undefined) throw new SyntaxError('say which metric it is')
        compileLeaf([targetOf({ metric, ...rest })], metric, [])
      } catch (error) {
        issues.addIssue({ code: 'custom', path, message: (error as Error).message })
      }
    }
  })

/**
 * Modbus RTU (Modbus Application Protocol V1.1b3 §6.1 to §6.4): a map of registers, written in the options of a profile, says what to ask
 * and what the answer means. The answer alone does not say which registers it holds; the request does.
 */
export const modbusRtu: Protocol = {
  options: schema,
  polls: (options, addresses) => pollsOf(planOf(options), addresses),
  decode(draft, options) {
    const plan = planOf(options)
    const answer = Buffer.from(draft.frame.payload)
    const read = requestOf(draft, plan, answer)
    if (!read) draft.reject('no_decoder', 'request')
    else if (answer.length < 5) draft.reject('truncated', 'message')
    else if (answer[0] !== read.address) draft.reject('unexpected_slave', 'message')
    else if (answer[1] === (read.function | 0x80)) draft.reject('device_exception', exceptionName(answer[2]!))
    else if (answer[1] !== read.function || answer[2] !== dataBytes(read) || answer.length !== 5 + answer[2])
      draft.reject('bad_frame', 'message')
    else takeRegisters(draft, plan, read, answer.subarray(3, -2))
    return true
  },
}

interface Register {
  readonly read: ModbusRead
  readonly type: keyof typeof sizes
  readonly order: 'ABCD' | 'CDAB' | 'BADC' | 'DCBA'
  readonly bits: readonly [number, number] | undefined
  /** What its value means; null for one that others refer to. */
  readonly leaf: Leaf | null
}

interface Plan {
  readonly registers: readonly Register[]
  readonly reads: readonly ModbusRead[]
  /** No register names its slave: the same map holds for every slave that is asked. */
  readonly isOfAnySlave: boolean
  readonly gap: number | undefined
  readonly timing: Pick<Poll, 'everyMs' | 'timeoutMs'>
}

const plans = new WeakMap<object, Plan>()

/** What the options mean, worked out once: they are part of the profile. */
function planOf(options: unknown): Plan {
  const known = plans.get(options as object)
  if (known) return known
  const { address, function: code, order, everyMs, timeoutMs, gap, registers } = schema.parse(options)
  const compiled = groupOf(registers).map((rows): Register => {
    const one = rows[0]!
    const read = { address: one.address ?? address, function: one.function ?? code, register: one.register }
    return {
      read: { ...read, count: sizes[one.type] },
      type: one.type,
      order: one.order ?? order,
      bits: one.bits,
      leaf: one.internal ? null : compileLeaf(rows.map(targetOf), one.metric!, []),
    }
  })
  const reads = planModbusReads(
    compiled.map(({ read }) => read),
    gap,
  )
  const plan = {
    registers: compiled,
    reads,
    isOfAnySlave: registers.every((one) => one.address === undefined),
    gap,
    timing: { everyMs, ...(timeoutMs !== undefined && { timeoutMs }) },
  }
  plans.set(options as object, plan)
  return plan
}

function pollsOf({ registers, reads, isOfAnySlave, gap, timing }: Plan, addresses?: readonly number[]): Poll[] {
  const asked =
    addresses && isOfAnySlave
      ? planModbusReads(
          registers.flatMap(({ read }) => addresses.map((address) => ({ ...read, address }))),
          gap,
        )
      : reads
  return asked.map((read) => ({ request: modbusRequest(read), ...timing }))
}

type RegisterOptions = z.output<typeof register>

/** Rows about the same value are alternatives, of which the first whose condition holds is taken. */
function groupOf(registers: readonly RegisterOptions[]): RegisterOptions[][] {
  const groups = new Map<string, RegisterOptions[]>()
  for (const one of registers) {
    const { address, function: code, register: at, type, order, bits, internal = false } = one
    const key = JSON.stringify([address, code, at, type, order, bits, internal])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

function targetOf(options: Partial<RegisterOptions>): Target {
  const {
    register: _,
    function: __,
    type,
    order: ___,
    bits: ____,
    address: _____,
    internal: ______,
    ...reading
  } = options
  return type === 'bit' ? { type: 'flag', ...reading } : reading
}

/** What was asked; where the frame does not say, the one question of the profile that the answer fits. */
function requestOf({ frame }: Draft, { reads }: Plan, answer: Buffer): ModbusRead | null {
  if (frame.transport === 'serial' && frame.request) return parseModbusRequest(frame.request)
  const fitting = reads.filter((read) => read.function === (answer[1]! & 0x7f) && dataBytes(read) === answer[2])
  return fitting.length === 1 ? fitting[0]! : null
}

function dataBytes({ function: code, count }: ModbusRead): number {
  return code <= 2 ? Math.ceil(count / 8) : 2 * count
}

function takeRegisters(draft: Draft, { registers, isOfAnySlave }: Plan, read: ModbusRead, data: Buffer): void {
  const { frame } = draft
  const given = frame.transport === 'serial' ? frame.device : undefined
  const several = !isOfAnySlave && registers.some((one) => one.read.address !== registers[0]!.read.address)
  draft.about(given && !several ? given : `${given ?? portName(frame.source)}:${read.address}`)
  const document: Record<string, number> = {}
  draft.root = document
  const found: [leaf: Leaf, value: number, where: string][] = []
  for (const { read: wanted, type, order, bits, leaf } of registers) {
    const at = wanted.register - read.register
    if ((!isOfAnySlave && wanted.address !== read.address) || wanted.function !== read.function || at < 0) continue
    if (at + wanted.count > read.count) continue
    const whole = type === 'bit' ? bitAt(data, at) : valueAt(data, 2 * at, type, order)
    const value = bits ? pickBits(whole, ...bits) : whole
    if (leaf) found.push([leaf, value, `${wanted.register}`])
    else document[wanted.register] = value
  }
  draft.channel = undefined
  // Conditions may be about registers that come later.
  for (const [leaf, value, where] of found) draft.take(leaf, value, where)
  if (draft.hasReadings) draft.seen()
}

function bitAt(data: Buffer, at: number): number {
  return (data[at >> 3]! >> (at & 7)) & 1
}

type NumberType = Exclude<keyof typeof sizes, 'bit'>

const byteTypes: Readonly<Record<NumberType, BytesRule['fields'][string]['type']>> = {
  int16: 'i16be',
  uint16: 'u16be',
  int32: 'i32be',
  uint32: 'u32be',
  float32: 'f32be',
  int64: 'i64be',
  uint64: 'u64be',
  float64: 'f64be',
}

/** The number of the registers, put in the order ABCD first. */
function valueAt(data: Buffer, from: number, type: NumberType, order: Register['order']): number {
  const bytes = Buffer.from(data.subarray(from, from + 2 * sizes[type]))
  if (order === 'BADC' || order === 'DCBA') bytes.swap16()
  if (order === 'CDAB' || order === 'DCBA') reverseWords(bytes)
  return readNumber(bytes, 0, byteTypes[type])!
}

function reverseWords(bytes: Buffer): void {
  bytes.reverse()
  bytes.swap16()
}

/** Modbus Application Protocol V1.1b3 §7. */
function exceptionName(code: number): string {
  return exceptions[code] ?? `exception ${code}`
}

const exceptions: Readonly<Record<number, string>> = {
  1: 'illegal function',
  2: 'illegal register',
  3: 'illegal count',
  4: 'device failure',
  5: 'acknowledged, takes long',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
  11: 'gateway target does not answer',
}
