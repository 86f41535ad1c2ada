import { createHash } from 'node:crypto'
import type { DeviceId } from '../reading.ts'

/** Longest device id: it travels in URLs, events and file names. */
const lengthMax = 128

const unsafe = /[^A-Za-z0-9._:-]/
const suffixLength = 7

/**
 * `<family>:<native>`, URL-safe and at most 128 long. Bytes (UTF-8, NFC) outside `[A-Za-z0-9._:-]` become `_`; then, or when
 * the id had to be cut, `-` and 6 hex digits of the native id's SHA-256 follow, so that `a/b` and `a b` stay two devices.
 */
export function deviceId(family: string, native: string): DeviceId {
  const room = lengthMax - family.length - 1
  if (native.length <= room && !unsafe.test(native)) return `${family}:${native}`
  const bytes = Buffer.from(native.normalize('NFC'))
  const kept = bytes.subarray(0, room - suffixLength)
  // Byte by byte: a character of three bytes becomes three underscores.
  const safe = kept.toString('latin1').replace(/[^A-Za-z0-9._:-]/g, '_')
  return `${family}:${safe}-${createHash('sha256').update(bytes).digest('hex').slice(0, 6)}`
}

/** A MAC address as 12 hex digits, with or without separators, in upper case with colons; undefined for anything else. */
export function macAddress(text: string): string | undefined {
  const digits = text.replace(/[:-]/g, '')
  if (digits.length !== 12 || !/^[0-9a-fA-F]+$/.test(digits)) return undefined
  return digits.toUpperCase().replace(/(..)(?=.)/g, '$1:')
}

/** Last part of a port's stable name: `/dev/serial/by-id/usb-…` → `usb-…`. */
export function portName(source: string): string {
  return source.slice(source.lastIndexOf('/') + 1)
}
