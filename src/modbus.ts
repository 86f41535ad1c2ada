import { crc16Modbus } from './checksum.ts'

/** Which registers to read: a request of Modbus RTU (Modbus Application Protocol V1.1b3 §6.1 to §6.4). */
export interface ModbusRead {
  /** Of the slave, 1 to 247. */
  readonly address: number
  /** 1 coils, 2 discrete inputs, 3 holding registers, 4 input registers. */
  readonly function: 1 | 2 | 3 | 4
  /** As it goes over the wire: 0 is the one manuals call 30001 or 40001. */
  readonly register: number
  readonly count: number
}

/** The request as it is sent, with its CRC, low byte first. */
export function modbusRequest({ address, function: code, register, count }: ModbusRead): Uint8Array {
  const bytes = Uint8Array.of(address, code, register >> 8, register & 0xff, count >> 8, count & 0xff, 0, 0)
  const crc = crc16Modbus(bytes, 0, 6)
  bytes[6] = crc & 0xff
  bytes[7] = crc >> 8
  return bytes
}

/** What a request asks for; null for bytes that are no read request. */
export function parseModbusRequest(bytes: Uint8Array): ModbusRead | null {
  const code = bytes[1]
  if (bytes.length !== 8 || (code !== 1 && code !== 2 && code !== 3 && code !== 4)) return null
  return {
    address: bytes[0]!,
    function: code,
    register: (bytes[2]! << 8) | bytes[3]!,
    count: (bytes[4]! << 8) | bytes[5]!,
  }
}

/** A request may ask for at most so many registers (§6.3, §6.4). */
const registersMax = 125
/** Unwanted registers between two wanted ones cost less time than another request, up to about this many. */
const gapMax = 8

/**
 * The fewest requests that cover all wanted registers of one function. Those near each other are read together, unless a
 * gap between them must not be touched: some devices refuse a read that includes a register they do not have.
 */
export function planModbusReads(wanted: readonly ModbusRead[], gap: number = gapMax): ModbusRead[] {
  const sorted = [...wanted].sort(
    (a, b) => a.address - b.address || a.function - b.function || a.register - b.register || a.count - b.count,
  )
  const reads: ModbusRead[] = []
  for (const next of sorted) {
    const last = reads.at(-1)
    const count = last ? Math.max(last.count, next.register + next.count - last.register) : 0
    const together =
      last?.address === next.address &&
      last.function === next.function &&
      next.register <= last.register + last.count + gap &&
      count <= registersMax
    if (together) reads[reads.length - 1] = { ...last, count }
    else reads.push(next)
  }
  return reads
}
