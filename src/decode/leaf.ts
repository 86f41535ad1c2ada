import { findMetric, type ValueType } from '../metrics.ts'
import type { Value } from '../reading.ts'
import { type Conversion, conversion, findUnit } from '../units.ts'
import { parseNumber } from './number.ts'
import type { Condition, MetricTarget, Target } from './profile.ts'
import type { Reason } from './reason.ts'
import { compileRef, compileTemplate, type Ref, type Scope, type Template } from './template.ts'

/** A reading rule ready to be applied: everything about it that does not depend on the message is worked out. */
export interface Leaf {
  readonly metric: string
  readonly unit: string | null
  readonly type: ValueType
  readonly scaling: Scaling
  readonly min: number
  readonly max: number
  /** Raw and canonical values that stand for none; null where there are no such. */
  readonly rawSentinels: readonly number[] | null
  readonly sentinels: readonly number[] | null
  readonly words: ReadonlyMap<string, Value> | null
  readonly channel: Template | null
  /** Made of the name of a field, of which there may be two for one quantity, such as `co2` and `eco2`: the first is taken. */
  readonly byName: boolean
  /** Written into the name of a field that has no rule; the rule's own channel goes before it. */
  readonly nameChannel: string | undefined
  /** Steps of the path that are wildcards. */
  readonly wildcards: readonly number[]
  readonly unitAt: Ref | null
  readonly test: Test | null
  readonly reject: Reason | null
  /** It must not drop. */
  readonly counter: boolean
  /** Asked when the test fails. */
  readonly next: Leaf | null
}

/** `canonical = raw * factor / divisor + shift`; a divisor keeps 1236 tenths 123.6, where times 0.1 would not. */
export interface Scaling {
  readonly plain: boolean
  readonly factor: number
  readonly divisor: number
  readonly shift: number
}

/** Compiles alternatives in their order; throws a SyntaxError that says what is wrong. */
export function compileLeaf(targets: readonly Target[], name: string, wildcards: readonly number[]): Leaf {
  let leaf: Leaf | null = null
  for (let i = targets.length - 1; i >= 0; i--) leaf = compileTarget(targets[i]!, name, wildcards, leaf)
  if (!leaf) throw new SyntaxError('a reading needs a metric')
  return leaf
}

/** The same for a target that came with messages: null when its unit does not fit the metric or is not known. */
export function leafOrNull(target: MetricTarget): Leaf | null {
  try {
    return compileLeaf([target], target.metric, [])
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The same for a target that a protocol or a state holds as a constant: it is compiled once per object. */
export function constantLeaf(target: MetricTarget): Leaf | null {
  let leaf = constants.get(target)
  if (leaf === undefined) {
    leaf = leafOrNull(target)
    constants.set(target, leaf)
  }
  return leaf
}

const constants = new WeakMap<MetricTarget, Leaf | null>()

function compileTarget(target: Target, name: string, wildcards: readonly number[], next: Leaf | null): Leaf {
  const metric = target.metric ?? name
  const known = findMetric(metric)
  const type = target.type ?? known?.type ?? 'number'
  const unit = unitOf(target, metric, type)
  const [min, max] = target.range ?? (known?.unit === unit ? [known.min, known.max] : [-Infinity, Infinity])
  return {
    metric,
    unit,
    type,
    scaling: compileScaling(target, metric, unit),
    min,
    max,
    rawSentinels: target.sentinels?.length ? target.sentinels : null,
    sentinels: known?.sentinels.length && known.unit === unit ? known.sentinels : null,
    words: target.words ? new Map(Object.entries(target.words)) : null,
    channel: target.channel === undefined ? null : compileTemplate(target.channel),
    byName: false,
    nameChannel: undefined,
    wildcards,
    unitAt: target.unitAt === undefined ? null : compileRef(target.unitAt),
    test: target.when ? compileTests([target.when].flat()) : null,
    reject: target.reject ?? null,
    counter: (target.kind ?? known?.kind) === 'counter' && type === 'number',
    next,
  }
}

/** The unit of the readings: canonical for known metrics, the given one for others. */
function unitOf(target: Target, metric: string, type: ValueType): string | null {
  if (type !== 'number' || target.unit === null) return null
  const canonical = findMetric(metric)?.unit
  if (canonical) return canonical
  if (target.unit === undefined) return null
  const unit = findUnit(target.unit)
  if (!unit)
    throw new SyntaxError(`'${target.unit}' is not a unit we know, or could mean several; null stands for none`)
  return unit.symbol
}

function compileScaling(target: Target, metric: string, unit: string | null): Scaling {
  const own = { factor: target.scale ?? 1, offset: target.offset ?? 0 }
  if (unit === null || target.unit === undefined || target.unit === null) return scaling(own, same)
  const toCanonical = conversion(target.unit, unit)
  if (!toCanonical) throw new SyntaxError(`'${target.unit}' is not a unit of ${metric}, which is kept in ${unit}`)
  return scaling(own, toCanonical)
}

const same: Conversion = { factor: 1, offset: 0 }

/** One linear function for the device's own scale and the way to the canonical unit. */
export function scaling(own: Conversion, toCanonical: Conversion): Scaling {
  const factor = own.factor * toCanonical.factor
  const shift = own.offset * toCanonical.factor + toCanonical.offset
  const inverse = Math.round(1 / factor)
  const divides = Math.abs(factor) < 1 && Math.abs(inverse * factor - 1) < 1e-12
  return {
    plain: factor === 1 && shift === 0,
    factor: divides ? 1 : factor,
    divisor: divides ? inverse : 1,
    shift,
  }
}

/** A condition ready to be tested. */
export type Test = (scope: Scope, wildcards: readonly number[], value: unknown) => boolean

function compileTests(conditions: readonly Condition[]): Test {
  const [first, ...rest] = conditions.map(compileTest)
  if (!first) throw new SyntaxError('a condition is missing')
  if (rest.length === 0) return first
  return (scope, wildcards, value) =>
    first(scope, wildcards, value) && rest.every((test) => test(scope, wildcards, value))
}

/** Compiles a condition; throws a SyntaxError that says what is wrong. */
export function compileTest(condition: Condition): Test {
  const ref = condition.at === undefined ? null : compileRef(condition.at)
  const allowed = condition.is === undefined ? null : new Set<unknown>([condition.is].flat())
  const { exists, min = -Infinity, max = Infinity } = condition
  const bounded = condition.min !== undefined || condition.max !== undefined
  return (scope, wildcards, value) => {
    const tested = ref ? ref.get(scope, wildcards) : value
    if (exists !== undefined && (tested !== undefined) !== exists) return false
    if (allowed !== null && !allowed.has(tested)) return false
    if (!bounded) return true
    // On a topic of its own a number is text.
    const number = typeof tested === 'string' ? parseNumber(tested) : tested
    return typeof number === 'number' && number >= min && number <= max
  }
}
