import { byteSum, crc16Arc, crc16Modbus } from '../../../../src/checksum.ts'
import type { Framing } from '../../../../src/framing.ts'
import { createFramer, type FramerOptions } from '../../../../src/ingest/serial/framers/create-framer.ts'
import fc from '../../../setup/properties.ts'

/** What a framer made of a stream of bytes. */
export interface Heard {
  frames: Buffer[]
  rejected: string[]
}

/** Runs the chunks through a new framer and closes it. */
export function hear(framing: Framing, chunks: readonly Uint8Array[], options?: FramerOptions): Heard {
  const heard: Heard = { frames: [], rejected: [] }
  const framer = createFramer(
    framing,
    {
      onFrame: (frame) => heard.frames.push(Buffer.from(frame)),
      onReject: ({ reason, where }) => heard.rejected.push(`${reason} ${where}`),
    },
    options,
  )
  for (const chunk of chunks) {
    // The framer may keep nothing of a chunk, since the port reads into the same buffer again.
    const borrowed = Uint8Array.from(chunk)
    framer.push(borrowed)
    borrowed.fill(0xaa)
  }
  framer.close()
  return heard
}

/** The bytes cut at places chosen by fast-check. */
export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length))
}

export const sds011: Framing = {
  kind: 'fixed',
  head: [0xaa],
  length: 10,
  tail: [0xab],
  checksum: { kind: 'sum8', from: 2, to: 8, at: 8 },
}

export const pms5003: Framing = {
  kind: 'counted',
  head: [0x42, 0x4d],
  countAt: 2,
  countBytes: 2,
  maxBytes: 32,
  checksum: { kind: 'sum16be', from: 0, to: -2, at: -2 },
}

export const readTwoInputs = withCrc(Buffer.from('010400010002', 'hex'))

export interface Family {
  name: string
  framing: Framing
  request?: Uint8Array
  /** A whole frame as it goes over the wire; `frameOf` is what the framer should make of it. */
  wire: fc.Arbitrary<Buffer>
  frameOf(wire: Buffer): Buffer
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const text = (characters: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength })
const same = (wire: Buffer) => wire

export const families: Family[] = [
  {
    name: 'lines',
    framing: { kind: 'lines' },
    wire: fc
      .tuple(text('{}"t:;,=1.5 °', 30), fc.constantFrom('\n', '\r', '\r\n'))
      .map((line) => Buffer.from(line.join(''))),
    frameOf: (wire) => Buffer.from(wire.toString().replace(/[\r\n]+$/, '')),
  },
  { name: 'sds011', framing: sds011, wire: bytes(6).map(sds011Frame), frameOf: same },
  {
    name: 'pms5003',
    framing: pms5003,
    wire: fc
      .constantFrom(28, 20)
      .chain((n) => bytes(n - 2))
      .map(pmsFrame),
    frameOf: same,
  },
  {
    name: 'modbus-rtu with its request',
    framing: { kind: 'modbus-rtu' },
    request: readTwoInputs,
    wire: bytes(4).map((data) => withCrc(Buffer.from([1, 4, 4, ...data]))),
    frameOf: same,
  },
  {
    name: 'modbus-rtu overheard',
    framing: { kind: 'modbus-rtu' },
    wire: fc
      .tuple(fc.integer({ min: 1, max: 247 }), bytes(6))
      .map(([id, data]) => withCrc(Buffer.from([id, 3, 6, ...data]))),
    frameOf: same,
  },
  {
    name: 'vedirect',
    framing: { kind: 'vedirect' },
    wire: fc.array(fc.tuple(text('VIPC#19', 8), text('-0123456789AxF', 12)), { maxLength: 5 }).map(veDirectBlock),
    frameOf: same,
  },
  {
    name: 'dsmr-p1',
    framing: { kind: 'dsmr-p1' },
    wire: fc.array(text('10-:.(*kWh)35', 30), { maxLength: 6 }).map((lines) => dsmrTelegram(lines)),
    frameOf: (wire) => wire.subarray(0, -2),
  },
]

export function sds011Frame(data: Uint8Array): Buffer {
  return Buffer.from([0xaa, 0xc0, ...data, byteSum(data) & 0xff, 0xab])
}

export function pmsFrame(data: Uint8Array): Buffer {
  const frame = Buffer.from([0x42, 0x4d, 0, data.length + 2, ...data, 0, 0])
  frame.writeUInt16BE(byteSum(frame, 0, frame.length - 2) & 0xffff, frame.length - 2)
  return frame
}

export function withCrc(body: Uint8Array): Buffer {
  const crc = crc16Modbus(body)
  return Buffer.from([...body, crc & 0xff, crc >> 8])
}

export function veDirectBlock(fields: readonly (readonly [string, string])[]): Buffer {
  const body = Buffer.from(`${fields.map(([label, value]) => `\r\n${label}\t${value}`).join('')}\r\nChecksum\t`)
  return Buffer.from([...body, -byteSum(body) & 0xff])
}

export function dsmrTelegram(lines: readonly string[], digits = 4): Buffer {
  const body = `/ABC5\\TEST-1\r\n\r\n${lines.map((line) => `${line}\r\n`).join('')}!`
  const crc = crc16Arc(Buffer.from(body)).toString(16).toUpperCase()
  return Buffer.from(`${body}${crc.padStart(digits, '0')}\r\n`)
}
