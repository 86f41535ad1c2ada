import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GatewayError } from '../errors.ts'
import { isoTime } from '../feed/json.ts'
import type { Store } from '../log/store.ts'
import { readBody } from './body.ts'
import type { Route } from './route.ts'
import { passwordBody, tokenBody, userBody } from './shapes.ts'
import { stored } from './stored.ts'
import type { TokenInfo, TokenStore } from './tokens.ts'

/** The users of the embedded broker. */
export interface Users {
  list(): readonly { readonly name: string }[]
  /** @throws GatewayError `conflict` when there is one of that name */
  add(name: string, password: string): Promise<void>
  /** @throws GatewayError `not-found` */
  setPassword(name: string, password: string): Promise<void>
  /** False when there is no such user. */
  remove(name: string): boolean
}

/** Tokens for HTTP. A change is answered when it is on disk. */
export function tokenRoutes(store: Store, tokens: TokenStore): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/tokens',
      need: 'admin',
      handle(exchange) {
        exchange.body = tokens.list().map(showToken)
      },
    },
    {
      method: 'POST',
      path: '/api/tokens',
      need: 'admin',
      async handle(exchange) {
        const { token, ...info } = await tokens.create(await readBody(exchange.req, tokenBody))
        await stored(store)
        exchange.status = 201
        exchange.body = { ...showToken(info), token }
      },
    },
    {
      method: 'DELETE',
      path: '/api/tokens/:id',
      need: 'admin',
      async handle(exchange) {
        const id = exchange.params.id!
        if (!tokens.revoke(id))
          throw new GatewayError(
            'not-found',
            `there is no token ${id}`,
            '`rivulet token list` and GET /api/tokens list them',
          )
        await stored(store)
        exchange.status = 204
      },
    },
  ]
}

/** Users of the embedded broker; `users` is null when there is none. */
export function userRoutes(store: Store, users: Users | null): Route[] {
  const known = (): Users => {
    if (users) return users
    throw new GatewayError(
      'not-found',
      'no broker is embedded here, so that there are no users',
      'set mqtt.listen to have one',
    )
  }
  return [
    {
      method: 'GET',
      path: '/api/users',
      need: 'admin',
      handle(exchange) {
        exchange.body = known()
          .list()
          .map(({ name }) => ({ name }))
      },
    },
    {
      method: 'POST',
      path: '/api/users',
      need: 'admin',
      async handle(exchange) {
        const { name, password } = await readBody(exchange.req, userBody)
        await known().add(name, password)
        await stored(store)
        exchange.status = 201
        exchange.body = { name }
      },
    },
    {
      method: 'PUT',
      path: '/api/users/:name',
      need: 'admin',
      async handle(exchange) {
        const { password } = await readBody(exchange.req, passwordBody)
        await known().setPassword(exchange.params.name!, password)
        await stored(store)
        exchange.status = 204
      },
    },
    {
      method: 'DELETE',
      path: '/api/users/:name',
      need: 'admin',
      async handle(exchange) {
        const name = exchange.params.name!
        if (!known().remove(name))
          throw new GatewayError(
            'not-found',
            `there is no user ${name}`,
            '`rivulet user list` and GET /api/users list them',
          )
        await stored(store)
        exchange.status = 204
      },
    },
  ]
}

/** A consistent copy of the database, sent to whoever asks: made in `folder`, which has the room, and removed after. */
export function backupRoute(store: Store, folder: string): Route {
  return {
    method: 'POST',
    path: '/api/backup',
    need: 'admin',
    async handle(exchange) {
      const file = join(folder, `backup-${randomBytes(4).toString('hex')}.tmp`)
      const remove = () => rm(file, { force: true })
      try {
        await store.backup(file)
        exchange.length = (await stat(file)).size
      } catch (error) {
        await remove()
        throw error
      }
      const name = `rivulet-${isoTime(Date.now()).slice(0, 19).replaceAll(':', '')}.db`
      exchange.set('content-disposition', `attachment; filename="${name}"`)
      exchange.type = 'application/vnd.sqlite3'
      exchange.body = createReadStream(file).once('close', remove)
    },
  }
}

function showToken({ created, expires, ...info }: TokenInfo) {
  return { ...info, created: isoTime(created), ...(expires !== undefined && { expires: isoTime(expires) }) }
}
