import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** OWASP's least for scrypt: 16 MB and about 50 ms on a PC. The cost is written into each hash, so that it can rise. */
const cost = { N: 16_384, r: 8, p: 1 } as const
const hashBytes = 32
/** What is read from a configuration may not ask for more than this: 128 × N × r bytes. */
const memoryBytesMax = 256 * 1024 * 1024

type Cost = { N: number; r: number; p: number; maxmem: number }
const stretch = promisify<string, Buffer, number, Cost, Buffer>(scrypt)

/** `scrypt$N$r$p$salt$hash`, salt and hash in base64 (RFC 7914 for scrypt): what is kept instead of a password. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await stretch(password, salt, hashBytes, { ...cost, maxmem: memoryBytesMax })
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$')
}

/** Whether `kept`, made by `hashPassword`, belongs to the password; false for a hash that cannot be read. */
export async function isPassword(password: string, kept: string): Promise<boolean> {
  const match = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+)$/.exec(kept)
  if (!match) return false
  const [N, r, p] = match.slice(1, 4).map(Number) as [number, number, number]
  const hash = Buffer.from(match[5]!, 'base64')
  if (hash.length < 16 || 128 * N * r > memoryBytesMax) return false
  const found = await stretch(password, Buffer.from(match[4]!, 'base64'), hash.length, {
    N,
    r,
    p,
    maxmem: memoryBytesMax + 65_536,
  })
  return timingSafeEqual(found, hash)
}
