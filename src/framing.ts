/** How a serial byte stream is cut into frames: plain data in a profile, run by `ingest/serial/framers`. */

/** How a frame proves that it arrived whole. Offsets count from the frame's first byte; negative ones from its end. */
export interface Checksum {
  readonly kind: 'sum8' | 'sum8-negated' | 'sum16be' | 'xor8' | 'crc16-modbus'
  /** First byte summed, and the end (exclusive). */
  readonly from: number
  readonly to: number
  /** Where the expected value stands. */
  readonly at: number
}

export type Framing =
  /** Text lines ended by LF, CR or CRLF. */
  | { readonly kind: 'lines'; readonly maxBytes?: number }
  /** Frames of one length, found by their first bytes and proven by tail and checksum. */
  | {
      readonly kind: 'fixed'
      readonly head: readonly number[]
      readonly length: number
      readonly tail?: readonly number[]
      readonly checksum?: Checksum
    }
  /** Frames whose header holds how many bytes follow it. */
  | {
      readonly kind: 'counted'
      readonly head: readonly number[]
      readonly countAt: number
      readonly countBytes: 1 | 2
      readonly maxBytes: number
      readonly checksum?: Checksum
    }
  /** DSMR P1: from `/` to `!` and its CRC16 line (DSMR 5.0.2 P1 §6.2). */
  | { readonly kind: 'dsmr-p1' }
  /** VE.Direct text blocks, closed by `Checksum` and one raw byte, HEX frames in between taken out. */
  | { readonly kind: 'vedirect' }
  /** Modbus RTU answers (Modbus over Serial Line V1.02 §2.5.1): proven by address, function and CRC-16. */
  | { readonly kind: 'modbus-rtu' }

/** Bytes to send at an interval, for devices that only speak when spoken to. */
export interface Poll {
  readonly request: Uint8Array
  readonly everyMs: number
}
