import type { ParameterizedContext } from 'koa'
import type { Identity } from './access.ts'

/** What a handler is given: Koa's context, and who asks. */
export type Exchange = ParameterizedContext & { readonly params: Record<string, string> }

/** One method of one path. A handler throws GatewayErrors; `app.ts` turns them into answers. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As @koa/router writes it: `/api/devices/:id`. */
  readonly path: string
  /** `none`: open to everybody, since it tells nothing about sensors. */
  readonly need: 'none' | 'read' | 'admin'
  handle(exchange: Exchange, identity: Identity): void | Promise<void>
}
