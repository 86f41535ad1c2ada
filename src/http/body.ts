import type { IncomingMessage } from 'node:http'
import type { ZodType } from 'zod'
import { GatewayError } from '../errors.ts'

/** Names, tags, a password: nothing larger is ever sent to us. */
const bodyBytesMax = 65_536

/**
 * Reads the JSON body of a request. Only `application/json` is taken: a form on another site cannot send that
 * without being asked first (CORS preflight).
 * @throws GatewayError `usage` for another type, a body that is too long, no JSON, or not what `schema` asks for
 */
export async function readBody<T>(req: IncomingMessage, schema: ZodType<T>): Promise<T> {
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? ''))
    throw new GatewayError('usage', 'the body must be JSON', 'send content-type: application/json')
  const chunks: Buffer[] = []
  let bytes = 0
  // Leaving the loop must not destroy the request, and the socket with it, before the answer is sent.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > bodyBytesMax) throw new GatewayError('usage', `the body is longer than ${bodyBytesMax} bytes`)
    chunks.push(chunk)
  }
  const result = schema.safeParse(parse(Buffer.concat(chunks).toString()))
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new GatewayError('usage', `${issue!.path.join('.') || 'the body'}: ${issue!.message}`)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new GatewayError('usage', 'the body is not JSON')
  }
}
