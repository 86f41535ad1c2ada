import { crc16Modbus } from '../../../checksum.ts'
import { parseModbusRequest } from '../../../modbus.ts'
import type { FramingReason } from './framer.ts'
import type { FrameRule } from './resync.ts'

/** Modbus over Serial Line V1.02 §2.5.1: address, function, up to 252 bytes, CRC. */
const adu = { shortest: 5, longest: 256 }

/**
 * Answers of Modbus RTU slaves. Their length follows from the function code, so that no silence need be timed, which
 * a USB adapter would blur. With the request known, only its answer (or exception) is a frame: the wrong slave, an
 * echo of the request and noise that looks like the start of a long answer cannot stand in its way.
 */
export function modbusRule(request?: Uint8Array): FrameRule {
  return {
    maxBytes: adu.longest,
    find(bytes, from, to) {
      for (let place = from; place < to; place++) if (mayAnswer(bytes, place, to, request)) return place
      return to
    },
    check(bytes, from, to) {
      const length = answerLength(bytes, from, to)
      if (length === undefined || from + length > to) return 'incomplete'
      return crcMatches(bytes, from, length)
        ? { frame: length }
        : { reason: 'checksum_mismatch', where: 'message', length }
    },
    nameJunk: (run) => nameJunk(run, request),
  }
}

/** Whether the bytes at the place, as far as they are there, begin an answer; to the request where there is one. */
function mayAnswer(bytes: Uint8Array, place: number, to: number, request?: Uint8Array): boolean {
  const address = bytes[place]!
  if (request ? address !== request[0] : address < 1 || address > 247) return false
  if (place + 1 >= to) return true
  const code = bytes[place + 1]!
  const asked = code & 0x7f
  if (request ? asked !== request[1] : !answers.has(asked)) return false
  if (place + 2 >= to) return true
  const third = bytes[place + 2]!
  if (code & 0x80) return third >= 1 && third <= 11 // Modbus Application Protocol V1.1b3 §7: the exception codes
  if (code > 4) return true
  return request ? third === dataBytes(request) : third >= 1 && third <= 250
}

/** Functions whose answers have a length we know: the reads of §6.1 to §6.4 and the writes of §6.5, 6.6, 6.11, 6.12. */
const answers = new Set([1, 2, 3, 4, 5, 6, 15, 16])

/** How many bytes of data the answer to a read has: two a register, or one for eight coils. */
function dataBytes(request: Uint8Array): number | undefined {
  const read = parseModbusRequest(request)
  if (!read) return undefined
  return read.function <= 2 ? Math.ceil(read.count / 8) : 2 * read.count
}

/** Undefined while the byte that tells is not there yet. */
function answerLength(bytes: Uint8Array, from: number, to: number): number | undefined {
  const code = from + 1 < to ? bytes[from + 1]! : undefined
  if (code === undefined) return undefined
  if (code & 0x80) return 5
  if (code > 4) return 8
  return from + 2 < to ? 5 + bytes[from + 2]! : undefined
}

function crcMatches(bytes: Uint8Array, from: number, length: number): boolean {
  const end = from + length - 2
  return (bytes[end]! | (bytes[end + 1]! << 8)) === crc16Modbus(bytes, from, end)
}

/** An RS-485 adapter that hears itself echoes the request: nothing worth telling. */
function nameJunk(run: Uint8Array, request?: Uint8Array): FramingReason | null {
  if (request && Buffer.compare(run, request) === 0) return null
  if (run.length < adu.shortest) return 'truncated'
  const length = answerLength(run, 0, run.length)!
  const whole = length <= run.length && crcMatches(run, 0, length)
  return whole && run[0] !== request?.[0] ? 'unexpected_slave' : whole ? 'bad_frame' : 'checksum_mismatch'
}
