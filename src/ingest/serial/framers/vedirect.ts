import { byteSum } from '../../../checksum.ts'
import { type FrameHandlers, type Framer, sample } from './framer.ts'

/** VE.Direct Protocol 3.33: at most 22 fields of 2 + 9 + 1 + 33 bytes, which makes 990; twice that. */
const blockBytesMax = 2048
/** A HEX frame carries at most a few dozen bytes as digits; a `:` that noise made must not swallow more than this. */
const hexBytesMax = 512

const lf = 0x0a
const tab = 0x09
const colon = 0x3a
const lastLabel = Buffer.from('Checksum')
/** Begins the first block of a product. */
const firstField = Buffer.from('\r\nPID\t')

/**
 * VE.Direct text blocks: fields `\r\n<label>\t<value>`, the last one `Checksum` with one raw byte that makes the sum of
 * the block 0 modulo 256. That byte may be any, `:` and line ends too. HEX frames, `:` to LF, come in between and even
 * amid a block; they are taken out and do not count. All bytes since the last block belong to the sum, so that a
 * stray one spoils its block and no other; only where a block was cut short and the next begins with the name of its
 * product is that one found.
 */
export function createVeDirectFramer({ onFrame, onReject }: FrameHandlers): Framer {
  const block = new Uint8Array(blockBytesMax)
  let length = 0
  /** Where the label of the present field begins. */
  let labelAt = 0
  let hexBytes = 0
  let state: 'text' | 'hex' | 'checksum' = 'text'

  function takeText(byte: number): void {
    if (byte === colon) {
      state = 'hex'
      hexBytes = 0
      return
    }
    if (length === blockBytesMax) giveUp('bad_frame')
    block[length++] = byte
    if (byte === lf) labelAt = length
    else if (byte === tab && Buffer.compare(lastLabel, block.subarray(labelAt, length - 1)) === 0) state = 'checksum'
  }

  function takeHex(byte: number): void {
    if (byte === lf || ++hexBytes > hexBytesMax) state = 'text'
  }

  function takeChecksum(byte: number): void {
    state = 'text'
    const start = provenStart(byte)
    if (start === undefined) {
      giveUp('checksum_mismatch')
      return
    }
    if (start > 0) onReject({ reason: 'truncated', where: 'message', bytes: sample(block, 0, start) })
    const frame = new Uint8Array(length - start + 1)
    frame.set(block.subarray(start, length))
    frame[frame.length - 1] = byte
    length = labelAt = 0
    onFrame(frame)
  }

  /** Where the block begins whose sum is right. */
  function provenStart(byte: number): number | undefined {
    if (block[0] !== 0x0d || block[1] !== lf) return undefined
    const last = Buffer.from(block.buffer, 0, length).lastIndexOf(firstField)
    return [0, last].find((start) => start >= 0 && ((byteSum(block, start, length) + byte) & 0xff) === 0)
  }

  function giveUp(reason: 'bad_frame' | 'checksum_mismatch' | 'truncated'): void {
    const bytes = sample(block, 0, length)
    length = labelAt = 0
    onReject({ reason, where: 'message', bytes })
  }

  return {
    push(chunk) {
      for (const byte of chunk) {
        if (state === 'text') takeText(byte)
        else if (state === 'hex') takeHex(byte)
        else takeChecksum(byte)
      }
    },
    close() {
      if (length > 0) giveUp('truncated')
      state = 'text'
    },
    get buffered() {
      return length
    },
  }
}
