import { GatewayError } from '../errors.ts'
import { type Address, isLoopback } from './listen.ts'
import type { TokenStore } from './tokens.ts'

/** Why the page is not served on an address: other machines reach it, and nobody could sign in there. Null where it may be. */
export function unguardedPage(listen: Address, anonymous: boolean, tokens: TokenStore): GatewayError | null {
  if (isLoopback(listen) || anonymous || !tokens.isEmpty) return null
  return new GatewayError(
    'config',
    `${listen.host}:${listen.port} can be reached from other machines, and there is no token yet`,
    'start with --lan, which makes one, or make one before with rivulet token create --admin; or set http.anonymous: true to let everybody read',
  )
}
