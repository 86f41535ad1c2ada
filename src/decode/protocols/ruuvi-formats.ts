/** A way in which Ruuvi devices pack their measurements; null stands for what a device marks as not available. */
export interface RuuviFormat {
  /** Bytes that there must be, from the byte that names the format. */
  readonly length: number
  read(bytes: Buffer): Record<string, number | null>
}

/**
 * By their first byte; names and units are those of the gateway's own decoding: Pa, g, V. Data format 8 is encrypted.
 * https://docs.ruuvi.com/communication/bluetooth-advertisements
 */
export const ruuviFormats: ReadonlyMap<number, RuuviFormat> = new Map([
  [0x03, { length: 14, read: readFormat3 }],
  [0x05, { length: 24, read: readFormat5 }],
  [0x06, { length: 20, read: readFormat6 }],
  [0xe1, { length: 40, read: readFormatE1 }],
])

/** RAWv1, of the first firmware. It has no marks for what is not available. */
function readFormat3(bytes: Buffer): Record<string, number | null> {
  const degrees = (bytes[2]! & 0x7f) + bytes[3]! / 100
  return {
    // Sign and magnitude; the fraction is a count of hundredths.
    temperature: bytes[2]! & 0x80 ? -degrees : degrees,
    humidity: bytes[1]! / 2,
    pressure: bytes.readUInt16BE(4) + 50_000,
    accelX: bytes.readInt16BE(6) / 1000,
    accelY: bytes.readInt16BE(8) / 1000,
    accelZ: bytes.readInt16BE(10) / 1000,
    voltage: bytes.readUInt16BE(12) / 1000,
  }
}

/** RAWv2, of today's tags. */
function readFormat5(bytes: Buffer): Record<string, number | null> {
  const power = bytes.readUInt16BE(13)
  const volts = power >> 5
  const transmitted = power & 0x1f
  return {
    ...readAir(bytes),
    accelX: signed(bytes, 7, 1000),
    accelY: signed(bytes, 9, 1000),
    accelZ: signed(bytes, 11, 1000),
    voltage: volts === 0x7ff ? null : (volts + 1600) / 1000,
    txPower: transmitted === 0x1f ? null : transmitted * 2 - 40,
    movementCounter: bytes[15] === 0xff ? null : bytes[15]!,
    measurementSequenceNumber: unsigned(bytes, 16, 2, 1),
  }
}

/** Ruuvi Air for receivers of Bluetooth 4. */
function readFormat6(bytes: Buffer): Record<string, number | null> {
  const flags = bytes[16]!
  return {
    ...readAir(bytes),
    'PM2.5': unsigned(bytes, 7, 2, 10),
    CO2: unsigned(bytes, 9, 2, 1),
    VOC: nineBits(bytes[11]!, flags >> 6),
    NOx: nineBits(bytes[12]!, flags >> 7),
    luminosity: logarithmicLux(bytes[13]!),
    measurementSequenceNumber: bytes[15]!,
  }
}

/** Ruuvi Air for receivers of Bluetooth 5. */
function readFormatE1(bytes: Buffer): Record<string, number | null> {
  const flags = bytes[28]!
  return {
    ...readAir(bytes),
    'PM1.0': unsigned(bytes, 7, 2, 10),
    'PM2.5': unsigned(bytes, 9, 2, 10),
    'PM4.0': unsigned(bytes, 11, 2, 10),
    'PM10.0': unsigned(bytes, 13, 2, 10),
    CO2: unsigned(bytes, 15, 2, 1),
    VOC: nineBits(bytes[17]!, flags >> 6),
    NOx: nineBits(bytes[18]!, flags >> 7),
    luminosity: unsigned(bytes, 19, 3, 100),
    measurementSequenceNumber: unsigned(bytes, 25, 3, 1),
  }
}

/** What formats 5, 6 and E1 begin with. */
function readAir(bytes: Buffer): Record<string, number | null> {
  const pressure = unsigned(bytes, 5, 2, 1)
  return {
    temperature: signed(bytes, 1, 200),
    humidity: unsigned(bytes, 3, 2, 400),
    pressure: pressure === null ? null : pressure + 50_000,
  }
}

function signed(bytes: Buffer, at: number, parts: number): number | null {
  const value = bytes.readInt16BE(at)
  return value === -0x8000 ? null : value / parts
}

function unsigned(bytes: Buffer, at: number, size: number, parts: number): number | null {
  const value = bytes.readUIntBE(at, size)
  return value === 2 ** (8 * size) - 1 ? null : value / parts
}

/** The lowest bit stands among the flags. */
function nineBits(high: number, low: number): number | null {
  const value = (high << 1) | (low & 1)
  return value === 0x1ff ? null : value
}

/** 254 steps from 0 to 65535 lx, each the same ratio; no more than two decimals are meant. */
function logarithmicLux(code: number): number | null {
  if (code === 0xff) return null
  return Math.round((Math.exp((code * Math.log(65_536)) / 254) - 1) * 100) / 100
}
