import { FieldReader } from '../protobuf.ts'

/** Values of Sparkplug's DataType enumeration that we tell apart (Sparkplug 3.0 §6.4.16). */
export const dataType = {
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4,
  uint8: 5,
  uint16: 6,
  uint32: 7,
  uint64: 8,
  float: 9,
  double: 10,
  boolean: 11,
  string: 12,
  dateTime: 13,
  text: 14,
  uuid: 15,
  template: 19,
} as const

/** The member of `oneof value` that a metric has. */
export type RawValue =
  | { readonly kind: 'int'; readonly low: number; readonly unsigned: number; readonly signed: number }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  /** Data sets, files, arrays. */
  | { readonly kind: 'bytes' }

export interface SparkplugMetric {
  name?: string
  alias?: number
  /** ms since 1970. */
  time?: number
  type?: number
  isNull: boolean
  value?: RawValue
  unit?: string | undefined
  /** OPC quality code of the `Quality` property. */
  quality?: number | undefined
  /** Metrics of a template instance. */
  parts?: readonly SparkplugMetric[]
}

export interface SparkplugPayload {
  time?: number
  seq?: number
  readonly metrics: SparkplugMetric[]
  /** The body is compressed, which few do. */
  compressed: boolean
}

/** Metrics read of one message, nested ones included: what a large birth has; the judge looks at far fewer. */
const metricsMax = 10_000

/** Templates in templates deeper than this are not read. */
const depthMax = 4

/** The payload (Sparkplug 3.0 §6.4, sparkplug_b.proto); null when the bytes are not one. */
export function readPayload(bytes: Uint8Array): SparkplugPayload | null {
  const payload: SparkplugPayload = { metrics: [], compressed: false }
  const budget = { left: metricsMax }
  const reader = new FieldReader(bytes)
  while (reader.next()) {
    const { field, wire } = reader
    if (field === 1 && wire === 0) payload.time = reader.unsigned
    else if (field === 2 && wire === 2) {
      if (!addMetric(payload.metrics, reader.bytes, budget, 0)) return null
    } else if (field === 3 && wire === 0) payload.seq = reader.unsigned
    else if (field === 4 && wire === 2) payload.compressed = textOf(reader.bytes) === 'SPBV1.0_COMPRESSED'
  }
  return reader.broken ? null : payload
}

/** False when the bytes are no metric. */
function addMetric(metrics: SparkplugMetric[], bytes: Uint8Array, budget: { left: number }, depth: number): boolean {
  if (budget.left-- <= 0) return true
  const metric: SparkplugMetric = { isNull: false }
  const reader = new FieldReader(bytes)
  while (reader.next()) {
    const { field, wire } = reader
    if (field === 1 && wire === 2) metric.name = textOf(reader.bytes)
    else if (field === 2 && wire === 0) metric.alias = reader.unsigned
    else if (field === 3 && wire === 0) metric.time = reader.unsigned
    else if (field === 4 && wire === 0) metric.type = reader.unsigned
    else if (field === 7 && wire === 0) metric.isNull = reader.low !== 0
    else if (field === 9 && wire === 2) readProperties(metric, reader.bytes)
    else if (field === 18 && wire === 2 && depth < depthMax) metric.parts = readTemplate(reader.bytes, budget, depth)
    else metric.value = readValue(reader) ?? metric.value!
  }
  metrics.push(metric)
  return !reader.broken
}

/** Fields 10 to 17: `oneof value`. */
function readValue(reader: FieldReader): RawValue | undefined {
  const { field, wire } = reader
  if ((field === 10 || field === 11) && wire === 0)
    return { kind: 'int', low: reader.low, unsigned: reader.unsigned, signed: reader.signed }
  if (field === 12 && wire === 5) return { kind: 'number', value: reader.float }
  if (field === 13 && wire === 1) return { kind: 'number', value: reader.double }
  if (field === 14 && wire === 0) return { kind: 'boolean', value: reader.low !== 0 }
  if (field === 15 && wire === 2) return { kind: 'text', value: textOf(reader.bytes) }
  return field > 15 && field < 20 ? { kind: 'bytes' } : undefined
}

/** Metrics of a template instance; a definition has none that were measured. */
function readTemplate(bytes: Uint8Array, budget: { left: number }, depth: number): readonly SparkplugMetric[] {
  const parts: SparkplugMetric[] = []
  const reader = new FieldReader(bytes)
  while (reader.next()) {
    if (reader.field === 2 && reader.wire === 2) addMetric(parts, reader.bytes, budget, depth + 1)
    else if (reader.field === 5 && reader.low !== 0) return []
  }
  return parts
}

/** Keys and values of a property set stand in two lists; ours are those that qualify the value. */
function readProperties(metric: SparkplugMetric, bytes: Uint8Array): void {
  const keys: string[] = []
  const values: Uint8Array[] = []
  const reader = new FieldReader(bytes)
  while (reader.next() && keys.length < 64) {
    if (reader.field === 1 && reader.wire === 2)
      keys.push(
        textOf(reader.bytes)
          .toLowerCase()
          .replace(/[^a-z]/g, ''),
      )
    else if (reader.field === 2 && reader.wire === 2) values.push(reader.bytes)
  }
  keys.forEach((key, index) => {
    const value = values[index]
    if (value === undefined) return
    if (unitKeys.has(key)) metric.unit ??= propertyText(value)
    else if (key === 'quality') metric.quality = propertyNumber(value)
  })
}

/** As Ignition, Tahu and others write them, without case and spaces. */
const unitKeys = new Set(['engunit', 'engunits', 'engineeringunit', 'engineeringunits', 'unit', 'units'])

function propertyText(bytes: Uint8Array): string | undefined {
  const reader = new FieldReader(bytes)
  while (reader.next()) if (reader.field === 8 && reader.wire === 2) return textOf(reader.bytes).slice(0, 16)
  return undefined
}

function propertyNumber(bytes: Uint8Array): number | undefined {
  const reader = new FieldReader(bytes)
  while (reader.next()) if ((reader.field === 3 || reader.field === 4) && reader.wire === 0) return reader.unsigned
  return undefined
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, textMax)).toString()
}

/** Longer names and words are cut: no metric has such. */
const textMax = 512
