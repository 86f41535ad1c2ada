import { bytesField, varintField } from '../../../src/decode/protobuf.ts'

export interface GivenMetric {
  name?: string
  alias?: number
  time?: number
  type?: number
  historical?: boolean
  isNull?: boolean
  /** uint32, also for signed ones. */
  int?: number
  long?: bigint
  float?: number
  double?: number
  boolean?: boolean
  text?: string
  bytes?: number[]
  template?: number[]
  properties?: Record<string, string | number>
}

/** Encodes a payload by the field numbers of sparkplug_b.proto, independently of the reader. */
export function encode({
  time,
  seq,
  metrics = [],
}: {
  time?: number
  seq?: number
  metrics?: GivenMetric[]
}): Uint8Array {
  return Uint8Array.from([
    ...(time === undefined ? [] : varintField(1, time)),
    ...metrics.flatMap((metric) => bytesField(2, encodeMetric(metric))),
    ...(seq === undefined ? [] : varintField(3, seq)),
  ])
}

export function encodeMetric(metric: GivenMetric): number[] {
  const { name, alias, time, type, historical, isNull, int, long, float, double, boolean, text, properties } = metric
  return [
    ...(name === undefined ? [] : bytesField(1, Buffer.from(name))),
    ...(alias === undefined ? [] : varintField(2, alias)),
    ...(time === undefined ? [] : varintField(3, time)),
    ...(type === undefined ? [] : varintField(4, type)),
    ...(historical ? varintField(5, 1) : []),
    ...(isNull ? varintField(7, 1) : []),
    ...(properties ? bytesField(9, encodeProperties(properties)) : []),
    ...(int === undefined ? [] : varintField(10, int)),
    ...(long === undefined ? [] : [0x58, ...bigVarint(long)]),
    ...(float === undefined ? [] : [0x65, ...fixed(4, (view) => view.setFloat32(0, float, true))]),
    ...(double === undefined ? [] : [0x69, ...fixed(8, (view) => view.setFloat64(0, double, true))]),
    ...(boolean === undefined ? [] : varintField(14, boolean ? 1 : 0)),
    ...(text === undefined ? [] : bytesField(15, Buffer.from(text))),
    ...(metric.bytes ? bytesField(16, metric.bytes) : []),
    ...(metric.template ? bytesField(18, metric.template) : []),
  ]
}

function encodeProperties(properties: Record<string, string | number>): number[] {
  return [
    ...Object.keys(properties).flatMap((key) => bytesField(1, Buffer.from(key))),
    ...Object.values(properties).flatMap((value) =>
      bytesField(
        2,
        typeof value === 'string'
          ? [...varintField(1, 12), ...bytesField(8, Buffer.from(value))]
          : [...varintField(1, 3), ...varintField(3, value)],
      ),
    ),
  ]
}

function bigVarint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}

function fixed(length: number, set: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(length))
  set(view)
  return new Uint8Array(view.buffer)
}
