import { crc16Arc } from '../../../checksum.ts'
import { type FrameHandlers, type Framer, type FramingReason, sample } from './framer.ts'
import { createJunk } from './junk.ts'

/** A telegram with four M-Bus meters and a text message of 2,048 digits takes about 4 KiB; twice that. */
const telegramBytesMax = 8192
/** A telegram cut short is followed by the next: so many starts are kept, of which one is proven by the CRC. */
const startsMax = 8

const slash = 0x2f
const bang = 0x21
const lf = 0x0a
const cr = 0x0d

/**
 * DSMR P1 telegrams: from `/` to a `!` that begins a line, and up to four hexadecimal digits of CRC-16, zeros in front
 * sometimes left out (DSMR 5.0.2 P1 §6.2). Versions before 4 have no CRC; a telegram that names a later version must.
 * A `/` inside a telegram may be the start of the next one, where the end of the first was lost: the CRC decides.
 */
export function createDsmrFramer({ onFrame, onReject }: FrameHandlers): Framer {
  const telegram = new Uint8Array(telegramBytesMax)
  const junk = createJunk(onReject)
  let length = 0
  /** Where a `/` stands in what is held. */
  let starts: number[] = []
  /** Where the digits of the CRC begin, once the `!` is there. */
  let digitsAt = 0
  let hasParity = false
  let hasOdd = false

  /** Notes whether bytes carry a parity bit, and whether all of them could. */
  function take(received: number): void {
    const byte = withoutParity(received)
    if (byte !== received) hasParity = true
    else if (!isEven(received)) hasOdd = true
    takeByte(byte)
  }

  /** Where the next telegram may start; the end of the last one's line is no junk. */
  function skipToStart(chunk: Uint8Array, from: number): number {
    let place = from
    while (place < chunk.length && withoutParity(chunk[place]!) !== slash) place++
    while (junk.isEmpty && from < place && isLineEnd(withoutParity(chunk[from]!))) from++
    junk.add(chunk, from, place)
    return place
  }

  function takeByte(byte: number): void {
    if (digitsAt > 0 && !takeEnd(byte)) return
    if (length === telegramBytesMax) makeRoom()
    if (length === 0 && byte !== slash) return
    if (byte === slash) {
      starts.push(length)
      if (starts.length > startsMax) starts.shift()
    }
    const lineBegins = isLineEnd(telegram[length - 1])
    telegram[length++] = byte
    if (byte === bang && lineBegins) digitsAt = length
  }

  /** What follows the `!`: digits, then the end of the line. True where this was no end and the byte is still to be taken. */
  function takeEnd(byte: number): boolean {
    if (isLineEnd(byte)) finish()
    else if (isHexDigit(byte) && length < telegramBytesMax) {
      telegram[length++] = byte
      if (length - digitsAt === 4) finish()
    } else {
      digitsAt = 0
      return true
    }
    return false
  }

  function finish(): void {
    const start = provenStart()
    if (start === undefined) {
      giveUp('checksum_mismatch')
      return
    }
    if (start > 0) reject('truncated', 0, start)
    else junk.end()
    const frame = telegram.slice(start, length)
    const unproven = digitsAt === length
    if (unproven && hasParity && hasOdd) giveUp('checksum_mismatch', start)
    else if (unproven && !isWholeWithoutCrc(frame)) giveUp('truncated', start)
    else {
      reset()
      onFrame(frame)
    }
  }

  /** The start whose CRC is right; without a CRC the last one, since what stands before it lost its end. */
  function provenStart(): number | undefined {
    if (digitsAt === length) return starts.at(-1)
    const crc = Number.parseInt(String.fromCharCode(...telegram.subarray(digitsAt, length)), 16)
    return starts.find((start) => crc16Arc(telegram, start, digitsAt) === crc)
  }

  /** No end in sight: what stands before the next start is given up, all of it where there is none. */
  function makeRoom(): void {
    const next = starts.find((start) => start > 0)
    if (next === undefined) {
      giveUp('bad_frame')
      return
    }
    reject('bad_frame', 0, next)
    telegram.copyWithin(0, next, length)
    length -= next
    starts = starts.filter((start) => start >= next).map((start) => start - next)
  }

  function giveUp(reason: FramingReason, from = 0): void {
    reject(reason, from, length)
    reset()
  }

  function reject(reason: FramingReason, from: number, to: number): void {
    junk.end()
    onReject({ reason, where: 'message', bytes: sample(telegram, from, to) })
  }

  function reset(): void {
    length = 0
    starts = []
    digitsAt = 0
    hasParity = hasOdd = false
  }

  return {
    push(chunk) {
      for (let i = 0; i < chunk.length; i++) {
        if (length === 0) i = skipToStart(chunk, i)
        if (i < chunk.length) take(chunk[i]!)
      }
    },
    close() {
      if (length > 0) giveUp('truncated')
      junk.end()
    },
    get buffered() {
      return length
    },
  }
}

/** Versions before 4 send 7 bits and even parity; read as 8 bits without parity, the top bit is the parity. */
function withoutParity(byte: number): number {
  return byte >= 0x80 && isEven(byte) ? byte & 0x7f : byte
}

function isEven(byte: number): boolean {
  let bits = byte ^ (byte >> 4)
  bits ^= bits >> 2
  bits ^= bits >> 1
  return (bits & 1) === 0
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === lf || byte === cr
}

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
}

/**
 * What a telegram without a CRC must at least be: a header as IEC 62056-21 §6.3.2 has it, clean text, and no line that
 * names a version (of the Netherlands or of Belgium), since those meters send a CRC.
 */
function isWholeWithoutCrc(telegram: Uint8Array): boolean {
  const text = Buffer.from(telegram.buffer, telegram.byteOffset, telegram.length).toString('latin1')
  return /^\/[A-Za-z]{3}\d[ -~]*\r\n\r\n[ -~\r\n]*!$/.test(text) && !/^(1-3:0\.2\.8|0-0:96\.1\.4)\(/m.test(text)
}
