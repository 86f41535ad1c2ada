import Router from '@koa/router'
import type { HelmetOptions } from 'helmet'
import Koa from 'koa'
import helmet from 'koa-helmet'
import { GatewayError } from '../errors.ts'
import type { Identity, Listener } from './access.ts'
import { type Gate, needAdmin } from './gate.ts'
import type { Logger } from './logger.ts'
import { challengeFor, isDisconnect, type Problem, problemOf, problemType } from './problem.ts'
import type { RightsWatch } from './rights-watch.ts'
import type { Exchange, Route } from './route.ts'

export interface AppSurroundings {
  readonly gate: Gate
  readonly rights: RightsWatch
  readonly logger: Logger
  readonly listener: Listener
}

/** Everything but streams, as one listener serves it. */
export function createApp(routes: readonly Route[], page: Koa.Middleware, around: AppSurroundings): Koa {
  const { gate, logger, listener } = around
  const app = new Koa()
  app.silent = true
  app.on('error', (error: unknown) => {
    if (!isDisconnect(error)) logger.error({ err: error }, 'a request failed')
  })
  app.use(answerErrors)
  app.use(helmet(securityHeaders))
  app.use(async (ctx, next) => {
    gate.checkHost(ctx.req, listener)
    gate.allowOrigin(ctx.req, ctx.res)
    await next()
  })
  app.use(page)
  // One spelling of each path: what a proxy in front forbids must have no other name.
  const router = new Router({ sensitive: true, strict: true })
  for (const route of routes)
    router.register(route.path, [route.method], (ctx) => handle(route, ctx as Exchange, around))
  app.use(router.routes())
  app.use(router.allowedMethods())
  return app
}

/** Every failure becomes problem+json here, and an empty answer of the router as well. */
async function answerErrors(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  try {
    await next()
    if (ctx.body !== undefined && ctx.body !== null) return
    if (ctx.status === 404)
      throw new GatewayError(
        'not-found',
        `there is nothing at ${ctx.path}`,
        'GET /api/openapi.json lists what there is',
      )
    if (ctx.status === 405 || ctx.status === 501) {
      const hint = `use ${ctx.response.get('allow')}`
      answer(ctx, { ...problemOf(new GatewayError('usage', `${ctx.method} is not possible here`, hint)), status: 405 })
    }
  } catch (error) {
    answer(ctx, problemOf(error))
    if (!(error instanceof GatewayError)) ctx.app.emit('error', error, ctx)
  }
}

function answer(ctx: Koa.Context, problem: Problem): void {
  ctx.status = problem.status
  ctx.set(challengeFor(problem))
  ctx.set('cache-control', 'no-store')
  ctx.type = problemType
  ctx.body = JSON.stringify(problem)
  // What is left of a refused body would be taken for the next request.
  if (!ctx.req.complete && ctx.req.httpVersionMajor < 2) ctx.set('connection', 'close')
}

const nobody: Identity = { id: 'nobody', byToken: false, admin: false, read: [] }

/**
 * Nothing is loaded from elsewhere, no script or style stands in the page itself. What only works under TLS
 * (HSTS, upgrading requests, opener and agent isolation) is left out: over plain HTTP browsers ignore it or break on it.
 */
const securityHeaders: HelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      workerSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  strictTransportSecurity: false,
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: { policy: 'no-referrer' },
  xFrameOptions: { action: 'deny' },
}

async function handle(route: Route, exchange: Exchange, { gate, rights, listener }: AppSurroundings): Promise<void> {
  exchange.set('cache-control', 'no-store')
  if (route.need === 'none') return route.handle(exchange, await identityOrNobody(exchange, gate, listener))
  const caller = await gate.caller(exchange.req, listener)
  if (route.need === 'admin') needAdmin(caller.identity)
  if (route.method !== 'GET') gate.checkWrite(exchange.req, caller)
  rights.add(exchange.res, caller.identity)
  return route.handle(exchange, caller.identity)
}

/** For routes that are open to everybody, and tell more to those who may know more. */
async function identityOrNobody({ req }: Exchange, gate: Gate, listener: Listener): Promise<Identity> {
  try {
    return (await gate.caller(req, listener)).identity
  } catch (error) {
    if (error instanceof GatewayError) return nobody
    throw error
  }
}
