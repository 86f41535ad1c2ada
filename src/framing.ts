/** How a serial port is read: plain data in a profile, run by `ingest/serial`. */

/** How a frame proves that it arrived whole. Offsets count from the frame's first byte; negative ones from its end. */
export interface Checksum {
  readonly kind: 'sum8' | 'sum8-negated' | 'sum16be' | 'xor8' | 'crc16-modbus'
  /** First byte summed, and the end (exclusive); 0 as the end stands for the end of the frame. */
  readonly from: number
  readonly to: number
  /** Where the expected value stands. */
  readonly at: number
}

export type Framing =
  /** Text lines ended by LF, CR or CRLF; empty ones are left out. `maxBytes` is the longest line taken, 16 KiB unless said. */
  | { readonly kind: 'lines'; readonly maxBytes?: number }
  /** Frames of one length, found by their first bytes and proven by tail and checksum. */
  | {
      readonly kind: 'fixed'
      readonly head: readonly number[]
      readonly length: number
      readonly tail?: readonly number[]
      readonly checksum?: Checksum
    }
  /** Frames whose header holds how many bytes follow it; two-byte counts are big-endian. */
  | {
      readonly kind: 'counted'
      readonly head: readonly number[]
      readonly countAt: number
      readonly countBytes: 1 | 2
      /** Longest whole frame: a greater count is noise, not a frame to wait for. */
      readonly maxBytes: number
      readonly checksum?: Checksum
    }
  /** DSMR P1: from `/` to `!` and its CRC16 (DSMR 5.0.2 P1 §6.2); versions before 4 have none. */
  | { readonly kind: 'dsmr-p1' }
  /** VE.Direct text blocks, closed by `Checksum` and one raw byte, HEX frames in between taken out. */
  | { readonly kind: 'vedirect' }
  /** Modbus RTU answers (Modbus over Serial Line V1.02 §2.5.1): proven by address, function and CRC-16. */
  | { readonly kind: 'modbus-rtu' }

/** Bytes to send at an interval, for devices that only speak when spoken to. */
export interface Poll {
  readonly request: Uint8Array
  readonly everyMs: number
  /** How long an answer may take; 1 s unless said. */
  readonly timeoutMs?: number
}

/** How the wire is driven. */
export interface LineSettings {
  readonly baud: number
  /** 8 unless said. */
  readonly dataBits?: 5 | 6 | 7 | 8
  /** `none` unless said; Linux drivers know `none`, `even` and `odd`. */
  readonly parity?: 'none' | 'even' | 'odd' | 'mark' | 'space'
  /** 1 unless said. */
  readonly stopBits?: 1 | 1.5 | 2
  /** Hardware flow control; off unless said. */
  readonly rtscts?: boolean
}

/** Everything a port must know of the device behind it. */
export interface SerialSource extends LineSettings {
  readonly framing: Framing
  /** Asked in turn. */
  readonly polls?: readonly Poll[]
  /** After so long without a frame the port is opened again; absent for devices that may be silent. */
  readonly silentMs?: number
}

/** USB ids by which the adapter or device of a profile is recognised: four hexadecimal digits each. */
export interface UsbId {
  readonly vendor: string
  readonly product?: string
  /** Part of the by-id name, where an id alone is shared by too many devices. */
  readonly model?: string
}
