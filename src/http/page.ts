import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Context, Middleware } from 'koa'
import { GatewayError } from '../errors.ts'
import { cookieName, type Verifier } from './access.ts'
import { isForeign } from './gate.ts'

interface File {
  readonly body: Buffer
  readonly etag: string
  /** Made when first asked for; null where it would not be smaller by much. */
  gzip?: Buffer | null
}

/** Longest life that browsers give a cookie (RFC 6265bis §5.5). */
const cookieMaxAgeS = 400 * 86_400

/**
 * The page's files, read once at start: a few hundred KB, and a path can only name what is in the table, so that there
 * is no way out of the folder. Opening `/?token=…` turns the token into a cookie.
 */
export function servePage(folder: string, tokens: Verifier): Middleware {
  const files = readFiles(folder)
  return async (ctx, next) => {
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next()
    if (ctx.path === '/' && ctx.query.token !== undefined) return signIn(ctx, tokens)
    const file = files.get(ctx.path === '/' ? '/index.html' : ctx.path)
    if (file) return sendFile(ctx, file)
    if (ctx.path === '/') throw new GatewayError('not-found', 'the page has not been built', 'run npm run build')
    return next()
  }
}

function readFiles(folder: string): Map<string, File> {
  const files = new Map<string, File>()
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return files
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (!statSync(path).isFile()) continue
    const body = readFileSync(path)
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    files.set(`/${name.split(sep).join('/')}`, { body, etag })
  }
  return files
}

async function signIn(ctx: Context, tokens: Verifier): Promise<void> {
  // Its page could make a visitor somebody else here, who may do less, or whose doings are watched.
  if (isForeign(ctx.req))
    throw new GatewayError(
      'forbidden',
      'another web site may not sign this browser in',
      'copy the address into the address bar',
    )
  const parameters = new URLSearchParams(ctx.querystring)
  const token = parameters.get('token')!
  parameters.delete('token')
  if (!(await tokens.verify(token)))
    throw new GatewayError('unauthorized', 'the token in the address is not valid', 'rivulet token create makes one')
  const attributes = [
    'HttpOnly',
    'SameSite=Strict',
    'Path=/',
    `Max-Age=${cookieMaxAgeS}`,
    ...(ctx.secure || speaksTls(ctx) ? ['Secure'] : []),
  ]
  ctx.set('set-cookie', [`${cookieName}=${token}`, ...attributes].join('; '))
  ctx.set('cache-control', 'no-store')
  ctx.status = 303
  ctx.set('location', parameters.size > 0 ? `/?${parameters}` : '/')
  ctx.body = ''
}

/** The browser came over TLS to a proxy that says so. Whoever makes that up only keeps the cookie from being sent in the clear. */
function speaksTls(ctx: Context): boolean {
  return /^https\b/i.test(ctx.get('x-forwarded-proto'))
}

function sendFile(ctx: Context, file: File): void {
  // Vite names files below assets/ by their content.
  ctx.set('cache-control', ctx.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
  ctx.vary('accept-encoding')
  ctx.status = 200
  ctx.set('etag', file.etag)
  ctx.type = ctx.path === '/' ? 'html' : extname(ctx.path)
  if (ctx.fresh) {
    ctx.status = 304
    return
  }
  const zipped = ctx.acceptsEncodings('gzip', 'identity') === 'gzip' ? zip(file) : null
  if (zipped) ctx.set('content-encoding', 'gzip')
  ctx.body = zipped ?? file.body
}

function zip(file: File): Buffer | null {
  if (file.gzip === undefined) {
    const gzip = gzipSync(file.body, { level: 9 })
    file.gzip = gzip.length < file.body.length * 0.9 ? gzip : null
  }
  return file.gzip
}
