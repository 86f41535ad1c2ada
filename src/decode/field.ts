import { compileLeaf, type Leaf } from './leaf.ts'
import { isVague, meaningOf, nameLengthMax, snakeCase } from './names.ts'
import { parseNumber } from './number.ts'

/** What the name of a member of a document that no profile describes says, ready to be applied. */
export interface Field {
  readonly leaf: Leaf
  /** For a name such as `bat`, which may mean its charge or its voltage. */
  readonly volts: Leaf | null
  readonly known: boolean
  readonly weak: boolean
  readonly channel: string | undefined
  /** The metric's name as it will be; empty when none can be made of it. */
  readonly metric: string
  /** The name says its unit, as in `temp_f`. */
  readonly hasUnit: boolean
  readonly housekeeping: boolean
}

/** The field of that name; worked out once, since the same names come with every message. */
export function fieldOf(name: string): Field {
  let field = fields.get(name)
  if (field === undefined) {
    field = makeField(name)
    if (fields.size < fieldsKept) fields.set(name, field)
  }
  return field
}

/** What the metric of a name is, when the name alone tells: it has a unit of its own and is not one letter. */
export function isTelling(name: string): boolean {
  const field = fieldOf(name)
  return field.known && !field.weak && field.leaf.type === 'number'
}

/** The rule for a value: no gateway tells a charge of 3.7 %, and a small number with a fraction is the voltage of a cell or two. */
export function leafFor({ leaf, volts }: Field, raw: unknown): Leaf {
  if (volts === null) return leaf
  const value = typeof raw === 'string' ? parseNumber(raw) : raw
  return typeof value === 'number' && value > 1 && value < 6 && !Number.isInteger(value) ? volts : leaf
}

const batteries = new Set(['battery', 'batt', 'bat', 'batterie', 'akku'])

const fields = new Map<string, Field>()

/** Names come from the network: those beyond the bound are worked out each time. */
const fieldsKept = 4096

function makeField(name: string): Field {
  const meaning = meaningOf(name)
  // Alone the vague ones stay as they are, without a unit.
  if (meaning && !isVague(meaning)) {
    const { metric, unit, channel, weak = false } = meaning
    const leaf = compileLeaf([{ metric, ...(unit !== undefined && { unit }) }], metric, [])
    const volts = batteries.has(snakeCase(name))
      ? compileLeaf([{ metric: 'battery_voltage' }], 'battery_voltage', [])
      : null
    return { leaf, volts, known: true, weak, channel, metric, hasUnit: unit !== undefined, housekeeping: false }
  }
  const metric = snakeCase(name).slice(0, nameLengthMax)
  const leaf = compileLeaf([{ metric, unit: null, type: 'number', range: [-Infinity, Infinity] }], metric, [])
  const kept = housekeeping.has(metric) || housekeepingEnds.has(metric.slice(metric.lastIndexOf('_') + 1))
  return {
    leaf,
    volts: null,
    known: false,
    weak: false,
    channel: undefined,
    metric,
    hasUnit: false,
    housekeeping: kept,
  }
}

/** Numbers that gateways and firmware send about themselves, by their whole name or by its last word. */
const housekeeping = new Set([
  ...['sequence', 'cnt', 'err', 'error', 'node', 'addr', 'address', 'retries', 'timeout', 'heap', 'free_heap'],
  ...['pin', 'gpio', 'firmware', 'hardware', 'fw', 'hw'],
])
const housekeepingEnds = new Set([
  ...['id', 'port', 'interval', 'version', 'seq', 'type', 'mode', 'timestamp', 'systimestamp', 'epoch', 'crc'],
  ...['checksum', 'flag', 'flags', 'period'],
])
