import { compileLeaf, type Leaf } from './leaf.ts'
import { isVague, meaningOf, nameLengthMax, snakeCase } from './names.ts'

/** What the name of a member of a document that no profile describes says, ready to be applied. */
export interface Field {
  readonly leaf: Leaf
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

const fields = new Map<string, Field>()

/** Names come from the network: those beyond the bound are worked out each time. */
const fieldsKept = 4096

function makeField(name: string): Field {
  const meaning = meaningOf(name)
  // Alone the vague ones stay as they are, without a unit.
  if (meaning && !isVague(meaning)) {
    const { metric, unit, channel, weak = false } = meaning
    const leaf = compileLeaf([{ metric, ...(unit !== undefined && { unit }) }], metric, [])
    return { leaf, known: true, weak, channel, metric, hasUnit: unit !== undefined, housekeeping: false }
  }
  const metric = snakeCase(name).slice(0, nameLengthMax)
  const leaf = compileLeaf([{ metric, unit: null, type: 'number', range: [-Infinity, Infinity] }], metric, [])
  const kept = housekeeping.has(metric) || housekeepingEnds.has(metric.slice(metric.lastIndexOf('_') + 1))
  return { leaf, known: false, weak: false, channel: undefined, metric, hasUnit: false, housekeeping: kept }
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
