import type { Random } from './random.ts'

/** Values that have fooled parsers. */
const nasty: readonly unknown[] = [
  ...[null, true, false, 0, -0, 1, -1, 85, -127, 255, 65_535, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, -1e-308, 0.1],
  ...['', ' ', 'NaN', 'Infinity', '-inf', 'null', 'unavailable', '21,5', '0x15', '1e999', '21.5°C', '٣', '1_000', 'on'],
  ...['__proto__', 'constructor', 'toString', '\u0000', '\ud800', 'é'.repeat(300), '{{ value_json.x }}', '${env:PATH}'],
  ...[[], {}, [[[[]]]], { value: {} }, [null], { __proto__: 1 }, '9'.repeat(400), '2026-01-01T00:00:00', '1970-01-01'],
]

const levels = [
  '',
  '#',
  '+',
  '$SYS',
  'set',
  'get',
  'state',
  'status',
  'a'.repeat(300),
  '\u0000',
  '🌡',
  '..',
  '%2f',
  'SENSOR',
]

/** A topic that is nearly the given one. */
export function mutateTopic(topic: string, random: Random): string {
  const parts = topic.split('/')
  const at = random.below(parts.length)
  switch (random.below(5)) {
    case 0:
      parts[at] = random.pick(levels)
      break
    case 1:
      parts.splice(at, 1)
      break
    case 2:
      parts.splice(at, 0, random.pick(levels))
      break
    case 3:
      parts[at] = `${parts[at]}${random.below(100_000)}`
      break
    default:
      return topic
  }
  return parts.join('/')
}

/** Bytes that are nearly the given ones: as JSON where they are some, else byte by byte. */
export function mutatePayload(payload: Buffer, others: readonly Buffer[], random: Random): Buffer {
  const first = payload[0]
  if ((first === 0x7b || first === 0x5b) && !random.once(3)) {
    try {
      return Buffer.from(JSON.stringify(mutateJson(JSON.parse(payload.toString()), random, 0)) ?? '')
    } catch {
      // Not JSON after all.
    }
  }
  return mutateBytes(payload, others, random)
}

function mutateJson(value: unknown, random: Random, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > 12) return random.pick(nasty)
  if (random.once(12)) return random.pick(nasty)
  const entries = Object.entries(value)
  const at = random.below(entries.length + 1)
  const entry = entries[at]
  const change = random.below(80)
  if (entry === undefined) entries.push([textOf(random.pick(nasty)), random.pick(nasty)])
  else if (change < 10) entries.splice(at, 1)
  else if (change < 20) entry[0] = textOf(random.pick(nasty))
  else if (change < 21) for (let i = 0; i < 600; i++) entries.push([`${entry[0]}${i}`, entry[1]])
  else entry[1] = mutateJson(entry[1], random, depth + 1)
  return Array.isArray(value) ? entries.map(([, member]) => member) : Object.fromEntries(entries)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Bits turned, bytes lost, doubled, moved, or taken from another message. */
export function mutateBytes(payload: Buffer, others: readonly Buffer[], random: Random): Buffer {
  let bytes = Buffer.from(payload)
  for (let times = 1 + random.below(3); times > 0; times--) {
    const at = random.below(bytes.length + 1)
    const length = random.below(16)
    switch (random.below(7)) {
      case 0:
      case 1:
        if (at < bytes.length) bytes[at]! ^= 1 << random.below(8)
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
        break
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))])
        break
      case 4:
        bytes = bytes.subarray(0, at)
        break
      case 5: {
        const other = random.pick(others)
        const from = random.below(other.length + 1)
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(from)])
        break
      }
      default:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(textOf(random.pick(nasty))), bytes.subarray(at)])
    }
  }
  return bytes.subarray(0, 65_536)
}
