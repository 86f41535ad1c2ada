import { requestJson } from '../client/request.ts'
import { connectionTo, type GatewayOptions } from './connect.ts'
import { formFor } from './form.ts'
import { note, plain, print, table } from './terminal.ts'

export interface CreateTokenOptions extends GatewayOptions {
  readonly name?: string
  readonly read?: readonly string[]
  readonly admin?: boolean
  readonly expires?: string
}

interface TokenInfo {
  readonly id: string
  readonly name?: string
  readonly admin: boolean
  readonly read: readonly string[]
  readonly created: string
  readonly expires?: string
}

/** `rivulet token create`: the token alone on standard output, so that a script can take it. */
export async function createToken(options: CreateTokenOptions): Promise<void> {
  const { name, read, admin, expires } = options
  const body = {
    ...(name !== undefined && { name }),
    ...(read && { read }),
    ...(admin && { admin }),
    ...(expires && { expires }),
  }
  const { value } = await requestJson(connectionTo(options), '/api/tokens', { method: 'POST', body })
  const made = value as TokenInfo & { token: string }
  await print(made.token)
  const until = made.expires === undefined ? 'does not expire' : `expires ${formFor(process.stderr).time(made.expires)}`
  note(`id ${made.id}, ${rights(made)}, ${until}; it is shown only now`)
}

/** `rivulet token list` */
export async function listTokens(options: GatewayOptions): Promise<void> {
  const tokens = (await requestJson(connectionTo(options), '/api/tokens')).value as TokenInfo[]
  if (tokens.length === 0) return print('no tokens')
  const form = formFor(process.stdout)
  const rows = tokens.map((token) => [
    token.id,
    plain(token.name ?? ''),
    rights(token),
    form.time(token.created),
    token.expires === undefined ? 'never' : form.time(token.expires),
  ])
  await print(table([['ID', 'NAME', 'RIGHTS', 'CREATED', 'EXPIRES'], ...rows], ['bold']))
}

/** `rivulet token revoke` */
export async function revokeToken(id: string, options: GatewayOptions): Promise<void> {
  await requestJson(connectionTo(options), `/api/tokens/${encodeURIComponent(id)}`, { method: 'DELETE' })
  note(`token ${id} is void`)
}

function rights({ admin, read }: TokenInfo): string {
  const devices = read.includes('*') ? 'all devices' : read.map(plain).join(', ')
  return admin ? `admin, reads ${devices}` : `reads ${devices}`
}
