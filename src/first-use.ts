import { randomBytes } from 'node:crypto'
import type { BrokerUsers } from './broker-users.ts'
import type { TokenStore } from './http/tokens.ts'

/** Secrets made because there were none; shown once, kept only as hashes. */
export interface FirstUse {
  /** Opens the page and may change everything. */
  readonly token?: string
  /** With which sensors connect to the embedded broker. */
  readonly user?: { readonly name: string; readonly password: string }
}

/** Whom a gateway that is reached from elsewhere lets in: makes an admin token and a broker user where there are none. */
export async function prepareFirstUse(tokens: TokenStore, users: BrokerUsers | null): Promise<FirstUse> {
  const token = tokens.isEmpty ? (await tokens.create({ name: 'first use', admin: true })).token : undefined
  const user = users?.isEmpty ? { name: 'sensors', password: readablePassword() } : undefined
  if (user) await users!.add(user.name, user.password)
  return { ...(token !== undefined && { token }), ...(user && { user }) }
}

/** 80 bits in letters and digits that nobody confuses: it is typed into sensors by hand (Crockford's base 32). */
function readablePassword(): string {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz'
  const text = Array.from(randomBytes(16), (byte) => letters[byte & 31]).join('')
  return text.replace(/(.{4})(?!$)/g, '$1-')
}
