import { nmeaChecksumMatches } from '../../../checksum.ts'
import type { Framing } from '../../../framing.ts'
import { type FrameHandlers, type Framer, sample } from './framer.ts'

/** A longest line of 16 KiB takes 1.4 s at 115,200 baud; devices send at most a few hundred bytes. */
const defaultMaxBytes = 16_384

/** After a spike on the line one line is lost; of steady noise hardly so many in a row hold no control character. */
const doubtsMax = 4

const lf = 0x0a
const cr = 0x0d

/**
 * Text lines ended by LF, CR or CRLF; empty ones are left out, and so the LF of a CRLF needs no care. A port is opened in
 * mid-line: `21.5` may arrive as `1.5`, so the first line of a port counts only if it proves to be whole. So do
 * as many lines as were noise just before: at a wrong baud rate, every few seconds a line of it looks like a number.
 */
export function createLineFramer(
  framing: Extract<Framing, { kind: 'lines' }>,
  { onFrame, onReject }: FrameHandlers,
  openedMidStream: boolean,
): Framer {
  const maxBytes = framing.maxBytes ?? defaultMaxBytes
  let line = new Uint8Array(Math.min(256, maxBytes))
  let length = 0
  /** The line was longer than we take: nothing counts until it ends. */
  let overlong = false
  let first = openedMidStream
  /** Lines that are not taken yet unless they prove themselves. */
  let doubts = 0

  function keep(chunk: Uint8Array, from: number, to: number): void {
    if (overlong) return
    const needed = length + to - from
    if (needed > maxBytes) {
      giveUp(chunk, from, to)
      return
    }
    if (needed > line.length) {
      const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, 2 * line.length)))
      larger.set(line.subarray(0, length))
      line = larger
    }
    line.set(chunk.subarray(from, to), length)
    length = needed
  }

  function giveUp(chunk: Uint8Array, from: number, to: number): void {
    const bytes = sample(
      Buffer.concat([line.subarray(0, Math.min(length, 256)), chunk.subarray(from, to).subarray(0, 256)]),
    )
    overlong = true
    length = 0
    onReject({ reason: 'bad_frame', where: `line longer than ${maxBytes} bytes`, bytes })
  }

  function endLine(): void {
    if (length > 0) {
      const frame = line.slice(0, length)
      const noise = isNoise(frame)
      if ((!noise && !first && doubts === 0) || isProven(frame)) {
        doubts = 0
        onFrame(frame)
      } else if (noise) {
        doubts = Math.min(doubtsMax, doubts + 1)
        onReject({ reason: 'bad_frame', where: 'message', bytes: sample(frame) })
      } else if (doubts > 0) doubts--
    }
    length = 0
    overlong = false
    first = false
  }

  return {
    push(chunk) {
      let from = 0
      for (let i = 0; i < chunk.length; i++) {
        if (chunk[i] !== lf && chunk[i] !== cr) continue
        if (i > from) keep(chunk, from, i)
        endLine()
        from = i + 1
      }
      if (from < chunk.length) keep(chunk, from, chunk.length)
    },
    close() {
      if (length > 0) onReject({ reason: 'truncated', where: 'message', bytes: sample(line, 0, length) })
      length = 0
      overlong = false
    },
    get buffered() {
      return length
    },
  }
}

/** Whether a line holds control characters that no text has: other than tab, escape, and the NUL that C programs end text with. */
function isNoise(line: Uint8Array): boolean {
  return line.some((byte) => (byte < 0x20 && byte !== 0 && byte !== 0x09 && byte !== 0x1b) || byte === 0x7f)
}

/** A line whose end alone could not look like this: a JSON object, or a sentence with a right NMEA 0183 checksum. */
function isProven(line: Uint8Array): boolean {
  const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString('latin1')
  if (text.startsWith('{')) return isJson(text)
  return (text.startsWith('$') || text.startsWith('!')) && nmeaChecksumMatches(line) === true
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
