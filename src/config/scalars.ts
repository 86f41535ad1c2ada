import { z } from 'zod'
import type { Millis } from '../reading.ts'
import type { Address } from './config.ts'

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const durationForm = /^(\d+(?:\.\d+)?) ?(ms|s|m|h|d|w)$/

const sizeUnits = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const
const sizeForm = /^(\d+(?:\.\d+)?) ?(B|[kK]B|[MGT]B|[KMGT]iB)$/

const addressForm = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/

/** `500ms`, `1s`, `10m`, `30d` → milliseconds; undefined where it is none. */
export function parseDuration(text: string): Millis | undefined {
  const match = durationForm.exec(text)
  return match ? Math.round(Number(match[1]) * durationUnits[match[2] as keyof typeof durationUnits]) : undefined
}

/** `2GB` (10⁹), `1MiB` (2²⁰) → bytes; undefined where it is none. */
export function parseSize(text: string): number | undefined {
  const match = sizeForm.exec(text)
  return match ? Math.round(Number(match[1]) * sizeUnits[match[2] as keyof typeof sizeUnits]) : undefined
}

/** `127.0.0.1:8080`, `[::1]:8080`, `pi.local:8080`; undefined where it is none. Port 0 lets the system choose. */
export function parseAddress(text: string): Address | undefined {
  const match = addressForm.exec(text)
  if (!match || Number(match[2]) > 65_535) return undefined
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port: Number(match[2]) }
}

/** A duration between two others, both included, in the schema. Gives milliseconds. */
export function duration(least: string, most: string) {
  return z
    .string('write a duration such as 500ms, 1s, 10m or 30d')
    .regex(durationForm, 'write a duration such as 500ms, 1s, 10m or 30d')
    .refine((text) => within(parseDuration(text), parseDuration(least)!, parseDuration(most)!), {
      error: `write a duration from ${least} to ${most}`,
    })
    .transform((text) => parseDuration(text)!)
}

/** A size between two others, both included, in the schema. Gives bytes. */
export function size(least: string, most: string) {
  return z
    .string('write a size such as 500MB, 2GB or 1MiB')
    .regex(sizeForm, 'write a size such as 500MB, 2GB or 1MiB')
    .refine((text) => within(parseSize(text), parseSize(least)!, parseSize(most)!), {
      error: `write a size from ${least} to ${most}`,
    })
    .transform((text) => parseSize(text)!)
}

/** HOST:PORT in the schema. */
export function address(example: string) {
  const error = `write HOST:PORT such as ${example}, or 0.0.0.0:${parseAddress(example)!.port} for all addresses`
  return z
    .string(error)
    .regex(addressForm, error)
    .refine((text) => !addressForm.test(text) || parseAddress(text), { error: 'write a port from 0 to 65535' })
    .transform((text) => parseAddress(text)!)
}

/** A whole number between two others, both included, in the schema. */
export function whole(least: number, most: number) {
  const error = `write a whole number from ${least} to ${most}`
  return z.int(error).min(least, error).max(most, error)
}

function within(value: number | undefined, least: number, most: number): boolean {
  // What has no value was refused by its form already: one problem is enough.
  return value === undefined || (value >= least && value <= most)
}
